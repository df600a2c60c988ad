# SPDX-License-Identifier: GPL-3.0-or-later
"""More rigs as other programs make them, by the names and trees of their own documents and files:
what each calls its bones, what hangs on what, and what hangs there besides."""

from .kinds import (
    ANKLE,
    BALL,
    COLLAR,
    CROWN,
    ELBOW,
    HEAD,
    HIPS,
    KNEE,
    NECK,
    SHOULDER,
    THIGH,
    TOES,
    WRIST,
    Kind,
    between,
    spine,
    unreal,
)

LIMBS = (("upperarm", SHOULDER, ELBOW), ("forearm", ELBOW, WRIST),
         ("thigh", THIGH, KNEE), ("calf", KNEE, ANKLE))  # fmt: skip


def character_creator() -> Kind:
    """Reallusion's: hip over pelvis and waist, two twist bones a segment at its start and middle,
    share bones on the joints, single toes, ribs and breasts, a face."""
    k = Kind("character_creator", ("L", "R"))
    k.one("CC_Base_BoneRoot", "", (0, 0, 0), role="Root")
    k.one("CC_Base_Hip", "CC_Base_BoneRoot", (0, 0.01, 1.02), role="Torso")
    k.one("CC_Base_Pelvis", "CC_Base_Hip", (0, 0.01, 1.02), (0, 0.01, 0.9), "Pelvis")
    chest = k.chain("CC_Base_Hip", *spine(*(f"CC_Base_{n}" for n in
                    ("Waist", "Spine01", "Spine02"))), side=False)  # fmt: skip
    k.chain(chest, ("CC_Base_NeckTwist01", NECK, "Neck"),
            ("CC_Base_NeckTwist02", (0, 0.01, 1.54), "Neck"), ("CC_Base_Head", HEAD, "Head"),
            side=False)  # fmt: skip
    k.chain("CC_Base_Head", ("CC_Base_FacialBone", HEAD), ("CC_Base_JawRoot", (0, -0.03, 1.62)),
            ("CC_Base_Teeth02", (0, -0.07, 1.6)), side=False)  # fmt: skip
    k.both("CC_Base_{}_Eye", "CC_Base_FacialBone", (0.03, -0.07, 1.67))
    k.chain(chest, ("CC_Base_{}_Clavicle", COLLAR, "Collar"),
            ("CC_Base_{}_Upperarm", SHOULDER, "Shoulder"), ("CC_Base_{}_Forearm", ELBOW, "Elbow"),
            ("CC_Base_{}_Hand", WRIST, "Wrist"))  # fmt: skip
    k.chain("CC_Base_Pelvis", ("CC_Base_{}_Thigh", THIGH, "Hip"), ("CC_Base_{}_Calf", KNEE, "Knee"),
            ("CC_Base_{}_Foot", ANKLE, "Ankle"), ("CC_Base_{}_ToeBase", BALL, "Foot"))  # fmt: skip
    for bone, a, b in LIMBS:
        name = bone.title()
        first = k.both(f"CC_Base_{{}}_{name}Twist01", f"CC_Base_{{}}_{name}", a)
        k.both(f"CC_Base_{{}}_{name}Twist02", first, between(a, b, 0.5))
    k.both("CC_Base_{}_ElbowShareBone", "CC_Base_{}_Forearm", ELBOW)
    k.both("CC_Base_{}_KneeShareBone", "CC_Base_{}_Calf", KNEE)
    k.both("CC_Base_{}_ToeBaseShareBone", "CC_Base_{}_Foot", BALL)
    for i, toe in enumerate(("BigToe", "IndexToe", "MidToe", "RingToe", "PinkyToe")):
        k.both(f"CC_Base_{{}}_{toe}1", "CC_Base_{}_ToeBase", (0.08 + 0.015 * i, -0.14, 0.015))
    k.both("CC_Base_{}_RibsTwist", chest, (0.12, -0.05, 1.3))
    k.both("CC_Base_{}_Breast", "CC_Base_{}_RibsTwist", (0.1, -0.12, 1.28))
    k.fingers("CC_Base_{}_Hand",
              lambda f, i: f"CC_Base_{{}}_{'Mid' if f == 'Middle' else f}{i}")  # fmt: skip
    return k


def daz_genesis_9() -> Kind:
    """Genesis 9: twist bones beside the limbs, four spine bones, metatarsals, metacarpals, toes."""
    k = Kind("daz_genesis_9", ("l", "r"))
    k.one("hip", "", (0, 0.01, 1.02), role="Torso")
    k.one("pelvis", "hip", (0, 0.01, 1.03), (0, 0.01, 0.9), "Pelvis")
    chest = k.chain("hip", *spine("spine1", "spine2", "spine3", "spine4"), side=False)
    k.chain(chest, ("neck1", NECK, "Neck"), ("neck2", (0, 0.01, 1.54), "Neck"),
            ("head", HEAD, "Head"), side=False)  # fmt: skip
    k.one("lowerjaw", "head", (0, -0.04, 1.62))
    k.both("{}_eye", "head", (0.03, -0.07, 1.67))
    k.both("{}_pectoral", "spine4", (0.06, -0.05, 1.3), (0.09, -0.13, 1.28))
    k.chain(chest, ("{}_shoulder", COLLAR, "Collar"), ("{}_upperarm", SHOULDER, "Shoulder"),
            ("{}_forearm", ELBOW, "Elbow"), ("{}_hand", WRIST, "Wrist"))  # fmt: skip
    k.chain("pelvis", ("{}_thigh", THIGH, "Hip"), ("{}_shin", KNEE, "Knee"),
            ("{}_foot", ANKLE, "Ankle"), ("{}_metatarsal", (0.09, 0, 0.06)),
            ("{}_toes", BALL, "Foot"))  # fmt: skip
    for bone, a, b in LIMBS[:3]:
        for i in (1, 2):
            k.both(f"{{}}_{bone}twist{i}", f"{{}}_{bone}", between(a, b, 0.33 * i))
    for i, toe in enumerate(("bigtoe1", "indextoe1", "midtoe1", "ringtoe1", "pinkytoe1")):
        k.both(f"{{}}_{toe}", "{}_toes", (0.07 + 0.015 * i, -0.14, 0.015))
    k.fingers("{}_hand", lambda f, i: f"{{}}_{'mid' if f == 'Middle' else f.lower()}{i}",
              lambda f: f"{{}}_{f.lower()}metacarpal")  # fmt: skip
    return k


def auto_rig_pro() -> Kind:
    """Auto-Rig Pro's export: stretch bones as limbs, twist bones as their parents' second half."""
    k = Kind("auto_rig_pro_export", (".l", ".r"))
    k.one("root", "", (0, 0, 0), role="Root")
    k.one("root.x", "root", HIPS, role="Pelvis")
    chest = k.chain("root.x", *spine("spine_01.x", "spine_02.x", "spine_03.x"), side=False)
    k.chain(chest, ("neck.x", NECK, "Neck"), ("head.x", HEAD, "Head"), side=False)
    k.both("c_breast_01{}", chest, (0.08, -0.1, 1.28))
    k.chain(chest, ("shoulder{}", COLLAR, "Collar"), ("arm_stretch{}", SHOULDER, "Shoulder"),
            ("forearm_stretch{}", ELBOW, "Elbow"), ("hand{}", WRIST, "Wrist"))  # fmt: skip
    k.chain("root.x", ("thigh_stretch{}", THIGH, "Hip"), ("leg_stretch{}", KNEE, "Knee"),
            ("foot{}", ANKLE, "Ankle"))  # fmt: skip
    k.both("toes_01{}", "foot{}", BALL, TOES, "Foot")
    for name, above, a, b in (
        ("arm_twist", "arm_stretch", SHOULDER, ELBOW),
        ("forearm_twist", "forearm_stretch", ELBOW, WRIST),
        ("thigh_twist", "thigh_stretch", THIGH, KNEE), ("leg_twist", "leg_stretch", KNEE, ANKLE),
    ):  # fmt: skip
        k.both(f"{name}{{}}", f"{above}{{}}", between(a, b, 0.1), between(a, b, 0.5))
    k.fingers("hand{}", lambda f, i: f"c_{f.lower()}{i}{{}}", lambda f: f"c_{f.lower()}1_base{{}}")
    return k


def metahuman() -> Kind:
    """A MetaHuman: Unreal's mannequin with muscles of the chest and a face of many bones."""
    k = unreal()
    k.title = "metahuman"
    for bone in ("latissimus", "pec"):
        k.both(f"spine_04_{bone}_{{}}", "spine_04", (0.13, 0.05, 1.25))
    k.both("clavicle_pec_{}", "spine_05", (0.1, -0.06, 1.35))
    k.one("FACIAL_C_FacialRoot", "head", HEAD)
    for i in range(8):
        k.both(f"FACIAL_{{}}_Cheek{i}", "FACIAL_C_FacialRoot", (0.02 + 0.005 * i, -0.08, 1.63))
    return k


def unity() -> Kind:
    """A humanoid exported from Unity, bones called as its avatar's are."""
    k = Kind("vrm", ("Left", "Right"))
    k.one("Hips", "", HIPS, role="Pelvis")
    chest = k.chain("Hips", *spine("Spine", "Chest", "UpperChest"), side=False)
    k.chain(chest, ("Neck", NECK, "Neck"), ("Head", HEAD, "Head"), side=False)
    k.one("Jaw", "Head", (0, -0.03, 1.62))
    k.both("{}Eye", "Head", (0.03, -0.07, 1.67))
    k.chain(chest, ("{}Shoulder", COLLAR, "Collar"), ("{}UpperArm", SHOULDER, "Shoulder"),
            ("{}LowerArm", ELBOW, "Elbow"), ("{}Hand", WRIST, "Wrist"))  # fmt: skip
    k.chain("Hips", ("{}UpperLeg", THIGH, "Hip"), ("{}LowerLeg", KNEE, "Knee"),
            ("{}Foot", ANKLE, "Ankle"), ("{}Toes", BALL, "Foot"))  # fmt: skip
    words = {1: "Proximal", 2: "Intermediate", 3: "Distal"}
    k.fingers("{}Hand", lambda f, i: f"{{}}{'Little' if f == 'Pinky' else f}{words[i]}")
    return k


def xsens() -> Kind:
    """Xsens MVN: the spine by vertebrae, no fingers."""
    k = Kind("xsens", ("Left", "Right"))
    k.one("Pelvis", "", HIPS, role="Pelvis")
    chest = k.chain("Pelvis", *spine("L5", "L3", "T12", "T8"), side=False)
    k.chain(chest, ("Neck", NECK, "Neck"), ("Head", HEAD, "Head"), side=False)
    k.chain(chest, ("{}Shoulder", COLLAR, "Collar"), ("{}UpperArm", SHOULDER, "Shoulder"),
            ("{}ForeArm", ELBOW, "Elbow"))  # fmt: skip
    k.both("{}Hand", "{}ForeArm", WRIST, (0.77, 0.02, 1.43), "Wrist")
    k.chain("Pelvis", ("{}UpperLeg", THIGH, "Hip"), ("{}LowerLeg", KNEE, "Knee"),
            ("{}Foot", ANKLE, "Ankle"))  # fmt: skip
    k.both("{}Toe", "{}Foot", BALL, TOES, "Foot")
    return k


def rokoko() -> Kind:
    """Rokoko Studio's export in its own words, with tips and metacarpals."""
    k = Kind("rokoko", ("Left", "Right"))
    k.one("Root", "", (0, 0, 0), role="Root")
    k.one("Hips", "Root", HIPS, role="Pelvis")
    chest = k.chain("Hips", *spine("Spine1", "Spine2", "Spine3", "Spine4"), side=False)
    k.chain(chest, ("Neck", NECK, "Neck"), ("Head", HEAD, "Head"), ("HeadTip", CROWN), side=False)
    k.chain(chest, ("{}Shoulder", COLLAR, "Collar"), ("{}Arm", SHOULDER, "Shoulder"),
            ("{}ForeArm", ELBOW, "Elbow"), ("{}Hand", WRIST, "Wrist"))  # fmt: skip
    k.chain("Hips", ("{}Thigh", THIGH, "Hip"), ("{}Shin", KNEE, "Knee"),
            ("{}Foot", ANKLE, "Ankle"), ("{}Toe", BALL, "Foot"), ("{}ToeTip", TOES))  # fmt: skip
    numbers = {"Thumb": 1, "Index": 2, "Middle": 3, "Ring": 4, "Pinky": 5}
    words = {1: "Proximal", 2: "Medial", 3: "Distal"}
    thumb = {1: "Metacarpal", 2: "Proximal", 3: "Distal"}

    def name(finger: str, i: int) -> str:
        return f"{{}}Finger{numbers[finger]}{(thumb if finger == 'Thumb' else words)[i]}"

    k.fingers("{}Hand", name,
              lambda f: f"{{}}Finger{numbers[f]}Metacarpal",
              end=lambda f: f"{{}}Finger{numbers[f]}Tip")  # fmt: skip
    return k


def mixamo_9() -> Kind:
    """Mixamo with the prefix that a tenth import has, and its ends."""
    k = Kind("mixamo", ("Left", "Right"))
    p = "mixamorig9:"
    k.one(f"{p}Hips", "", HIPS, role="Pelvis")
    chest = k.chain(f"{p}Hips", *spine(*(f"{p}Spine{i}" for i in ("", 1, 2))), side=False)
    k.chain(chest, (f"{p}Neck", NECK, "Neck"), (f"{p}Head", HEAD, "Head"),
            (f"{p}HeadTop_End", CROWN), side=False)  # fmt: skip
    k.chain(chest, (f"{p}{{}}Shoulder", COLLAR, "Collar"), (f"{p}{{}}Arm", SHOULDER, "Shoulder"),
            (f"{p}{{}}ForeArm", ELBOW, "Elbow"), (f"{p}{{}}Hand", WRIST, "Wrist"))  # fmt: skip
    k.chain(f"{p}Hips", (f"{p}{{}}UpLeg", THIGH, "Hip"), (f"{p}{{}}Leg", KNEE, "Knee"),
            (f"{p}{{}}Foot", ANKLE, "Ankle"), (f"{p}{{}}ToeBase", BALL, "Foot"),
            (f"{p}{{}}Toe_End", TOES))  # fmt: skip
    k.fingers(f"{p}{{}}Hand", lambda f, i: f"{p}{{}}Hand{f}{i}", end=lambda f: f"{p}{{}}Hand{f}4")
    return k


def vroid() -> Kind:
    """VRoid Studio: a skirt, long hair and a bust of spring bones."""
    k = Kind("vroid", ("L", "R"))
    k.one("Root", "", (0, 0, 0), role="Root")
    k.one("J_Bip_C_Hips", "Root", HIPS, role="Pelvis")
    names = (f"J_Bip_C_{n}" for n in ("Spine", "Chest", "UpperChest"))
    chest = k.chain("J_Bip_C_Hips", *spine(*names), side=False)
    k.chain(chest, ("J_Bip_C_Neck", NECK, "Neck"), ("J_Bip_C_Head", HEAD, "Head"), side=False)
    k.both("J_Adj_{}_FaceEye", "J_Bip_C_Head", (0.02, -0.05, 1.66))
    k.chain(chest, ("J_Sec_{}_Bust1", (0.06, -0.06, 1.28)), ("J_Sec_{}_Bust2", (0.07, -0.12, 1.27)))
    k.chain(chest, ("J_Bip_{}_Shoulder", COLLAR, "Collar"),
            ("J_Bip_{}_UpperArm", SHOULDER, "Shoulder"), ("J_Bip_{}_LowerArm", ELBOW, "Elbow"),
            ("J_Bip_{}_Hand", WRIST, "Wrist"))  # fmt: skip
    k.chain("J_Bip_C_Hips", ("J_Bip_{}_UpperLeg", THIGH, "Hip"),
            ("J_Bip_{}_LowerLeg", KNEE, "Knee"), ("J_Bip_{}_Foot", ANKLE, "Ankle"),
            ("J_Bip_{}_ToeBase", BALL, "Foot"))  # fmt: skip
    k.chain("J_Bip_C_Head", *((f"J_Sec_{{}}_Hair{i}", (0.08, 0.06, 1.7 - 0.2 * i))
                              for i in range(1, 6)))  # fmt: skip
    for side, y in (("Front", -0.1), ("Back", 0.12)):
        k.chain("J_Bip_{}_UpperLeg", *((f"J_Sec_{{}}_Skirt{side}{i}", (0.1, y, 0.95 - 0.15 * i))
                                       for i in range(1, 4)))  # fmt: skip
    k.fingers("J_Bip_{}_Hand", lambda f, i: f"J_Bip_{{}}_{'Little' if f == 'Pinky' else f}{i}")
    return k


MORE = (character_creator, daz_genesis_9, auto_rig_pro, metahuman, unity, xsens, rokoko, mixamo_9,
        vroid)  # fmt: skip
