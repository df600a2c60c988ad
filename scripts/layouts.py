# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the layouts of lsmplify_core/layouts/ that are listed here: `python scripts/layouts.py`.

A point is at a joint, at a joint with an offset, where another layout has a point of the same
anatomy ("Vicon_53.LFWT"), or on the skin: from a place along a bone outwards to the mannequin's
surface and a centimetre further, as a marker's middle lies. {L}, {Left}, {LEFT} and {left} in names
make two points, mirror images of each other.

Sources of the names and places: OpenPose's and COCO-WholeBody's keypoint lists, the Azure Kinect
body tracking joints, the MVN segments (Xsens), Mixamo's rig, OptiTrack's pages on Baseline (41),
Core (50) and its skeleton's bones, Qualisys' Animation marker set, and the marker sets of OpenSim's
models of Rajagopal (2016) and gait2392, and Helen Hayes.
"""

import json
from pathlib import Path

import numpy as np

from lsmplify_core.body.body import default_body
from lsmplify_core.body.mannequin import mannequin
from lsmplify_core.geometry.skeleton import JOINT_INDEX, JOINT_NAMES
from lsmplify_core.layouts.layout import LAYOUT_FOLDER, load_layout

MARKER = 0.01
REST = default_body().rest_joints
SIDES = {"{L}": "R", "{Left}": "Right", "{LEFT}": "RIGHT", "{left}": "right", "{l}": "r"}

At = tuple[str, tuple[float, float, float]]


def skin(joint: str, child: str, along: float, out: tuple[float, float, float], reach: float = 0.12,
         carrier: str | None = None) -> At:  # fmt: skip
    """A marker on the skin beside the bone from `joint` to `child`, `along` it (0 to 1)."""
    a, b = REST[JOINT_INDEX[joint]], REST[JOINT_INDEX[child]]
    start = a + along * (b - a)
    direction = np.asarray(out) / np.linalg.norm(out)
    carried = carrier or joint
    place = start + (_surface(start, direction, reach) + MARKER) * direction
    return carried, tuple(place - REST[JOINT_INDEX[carried]])


def like(layout: str, name: str, more: tuple[float, float, float] = (0, 0, 0)) -> At:
    """Where another layout has a point, moved by `more` metres."""
    found = load_layout(layout)
    k = found.names.index(name)
    return JOINT_NAMES[int(found.joints[k])], tuple(found.offsets[k] + more)


def joint(name: str, offset: tuple[float, float, float] = (0, 0, 0)) -> At:
    """A point at a joint, or in its frame."""
    return name, offset


def between(one: str, two: str, share: float, carrier: str,
            more: tuple[float, float, float] = (0, 0, 0)) -> At:  # fmt: skip
    """A point between two joints."""
    a, b = REST[JOINT_INDEX[one]], REST[JOINT_INDEX[two]]
    return carrier, tuple(a + share * (b - a) + more - REST[JOINT_INDEX[carrier]])


def _surface(start: np.ndarray, direction: np.ndarray, reach: float) -> float:
    """How far the skin is: the outermost crossing of the mannequin's faces within reach."""
    mesh = mannequin(default_body())
    triangles = [
        (f[0], f[i], f[i + 1]) for f in mesh.faces for i in range(1, len(f) - 1)
    ]  # fmt: skip
    corner = mesh.vertices[np.array(triangles)]
    e1, e2 = corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]
    p = np.cross(direction, e2)
    det = np.einsum("fi,fi->f", e1, p)
    safe = np.where(np.abs(det) < 1e-12, np.inf, det)
    s = start - corner[:, 0]
    u = np.einsum("fi,fi->f", s, p) / safe
    q = np.cross(s, e1)
    v = np.einsum("i,fi->f", direction, q) / safe
    t = np.einsum("fi,fi->f", e2, q) / safe
    hit = (u >= -1e-9) & (v >= -1e-9) & (u + v <= 1 + 1e-9) & (t > 0) & (t < reach)
    if not hit.any():
        raise SystemExit(f"no skin within {reach} m of {start} towards {direction}")
    return float(t[hit].max())


def write(name: str, points: list[tuple[str, list[str], At]]) -> None:
    """One layout file, a point a line."""
    lines: list[str] = []
    for title, aliases, (carrier, offset) in points:
        for right in (False, True):
            if right and not any(mark in title for mark in SIDES):
                continue
            own = [_sided(n, right) for n in (title, *aliases)]
            at = np.round(np.asarray(offset, dtype=float) * ([-1, 1, 1] if right else [1, 1, 1]), 4)
            bone = carrier.replace("L_", "R_") if right else carrier
            point = {
                "name": own[0],
                "aliases": own[1:],
                "joint": bone,
                "offset": (at + 0.0).tolist(),
            }
            lines.append("    " + json.dumps(point, ensure_ascii=False))
    text = f'{{\n  "name": "{name}",\n  "keypoints": [\n' + ",\n".join(lines) + "\n  ]\n}\n"
    Path(LAYOUT_FOLDER, f"{name}.json").write_text(text, encoding="utf-8")
    print(f"{name}: {len(lines)} points")


def _sided(name: str, right: bool) -> str:
    for mark, other in SIDES.items():
        name = name.replace(mark, other if right else mark.strip("{}"))
    return name


# --- video keypoints ------------------------------------------------------------------------

FACE = [
    ("nose", ["Nose"], like("COCO_17", "nose")),
    ("{left}_eye", ["{L}Eye"], like("COCO_17", "left_eye")),
    ("{left}_ear", ["{L}Ear"], like("COCO_17", "left_ear")),
]
FEET = [
    ("{left}_big_toe", ["{L}BigToe"], like("BODY_25", "LBigToe")),
    ("{left}_small_toe", ["{L}SmallToe"], like("BODY_25", "LSmallToe")),
    ("{left}_heel", ["{L}Heel"], like("BODY_25", "LHeel")),
]
LIMBS = [
    (f"{{left}}_{part}", [f"{{L}}{part.capitalize()}"], joint(f"L_{part.capitalize()}"))
    for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
]


def in_order(
    points: list[tuple[str, list[str], At]], order: str
) -> list[tuple[str, list[str], At]]:
    """The points of pairs one by one, as a detector numbers them."""
    single = {}
    for title, aliases, (carrier, offset) in points:
        for right in (False, True):
            at = tuple(np.asarray(offset, dtype=float) * ([-1, 1, 1] if right else [1, 1, 1]))
            bone = carrier.replace("L_", "R_") if right else carrier
            single[_sided(title, right)] = ([_sided(a, right) for a in aliases], (bone, at))
    return [(name, *single[name]) for name in order.split()]


COCO = (
    "nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow "
    "right_elbow left_wrist right_wrist left_hip right_hip left_knee right_knee left_ankle "
    "right_ankle"
)
TOES = "left_big_toe left_small_toe left_heel right_big_toe right_small_toe right_heel"


def video() -> None:
    """BODY_25B, COCO-WholeBody's body and feet, Azure Kinect."""
    write("COCO_133", in_order([*FACE, *LIMBS, *FEET], f"{COCO} {TOES}"))
    upper = [("UpperNeck", ["upper_neck"], between("Neck", "Head", 0.35, "Neck")),
             ("HeadTop", ["head_top"], like("HALPE_26", "Head"))]  # fmt: skip
    body = in_order([*FACE, *LIMBS, *FEET, *upper], f"{COCO} UpperNeck HeadTop {TOES}")
    write(
        "BODY_25B",
        [(_openpose(n), [n, *(a for a in s if a != _openpose(n))], at) for n, s, at in body],
    )
    arm = [
        ("CLAVICLE_{LEFT}", [], joint("L_Collar", (-0.055, 0.03, 0.02))),
        ("SHOULDER_{LEFT}", [], joint("L_Shoulder")), ("ELBOW_{LEFT}", [], joint("L_Elbow")),
        ("WRIST_{LEFT}", [], joint("L_Wrist")),
        ("HAND_{LEFT}", [], joint("L_Wrist", (0.08, -0.008, -0.006))),
        ("HANDTIP_{LEFT}", ["HAND_TIP_{LEFT}"], joint("L_Wrist", (0.17, -0.02, -0.008))),
        ("THUMB_{LEFT}", [], joint("L_Wrist", (0.085, -0.02, 0.055))),
    ]  # fmt: skip
    leg = [
        ("HIP_{LEFT}", [], joint("L_Hip")), ("KNEE_{LEFT}", [], joint("L_Knee")),
        ("ANKLE_{LEFT}", [], joint("L_Ankle")),
        ("FOOT_{LEFT}", [], joint("L_Foot", (0.0, -0.005, 0.045))),
    ]  # fmt: skip
    trunk = [
        ("PELVIS", [], joint("Pelvis", (0.0, -0.02, 0.0))),
        ("SPINE_NAVEL", ["SPINE_NAVAL"], between("Spine1", "Spine2", 0.6, "Spine1")),
        ("SPINE_CHEST", [], between("Spine3", "Neck", 0.15, "Spine3")),
        ("NECK", [], between("Spine3", "Neck", 0.9, "Spine3")),
    ]
    head = [
        ("HEAD", [], joint("Head", (0.0, 0.02, 0.0))), ("NOSE", [], like("COCO_17", "nose")),
        ("EYE_{LEFT}", [], like("COCO_17", "left_eye")), ("EAR_{LEFT}", [],
                                                          like("COCO_17", "left_ear")),
    ]  # fmt: skip

    def side(points: list[tuple[str, list[str], At]], word: str) -> str:
        return " ".join(n.replace("{LEFT}", word) for n, _, _ in points)

    order = (
        f"PELVIS SPINE_NAVEL SPINE_CHEST NECK {side(arm, 'LEFT')} {side(arm, 'RIGHT')} "
        f"{side(leg, 'LEFT')} {side(leg, 'RIGHT')} HEAD NOSE EYE_LEFT EAR_LEFT EYE_RIGHT EAR_RIGHT"
    )
    write("AzureKinect_32", in_order([*arm, *leg, *trunk, *head], order))


def _openpose(name: str) -> str:
    if "_" not in name:
        return name if name[0].isupper() else name.capitalize()
    side, *rest = name.split("_")
    return side[0].upper() + "".join(w.capitalize() for w in rest)


# --- joints of rigs -------------------------------------------------------------------------


def rigs() -> None:
    """Joints of MVN, Mixamo's rig and Motive's skeleton."""
    legs = [("L_Hip", "UpLeg"), ("L_Knee", "Leg"), ("L_Ankle", "Foot"), ("L_Foot", "ToeBase")]
    write("Mixamo_25", [
        ("Hips", [], joint("Pelvis")), ("Spine", [], between("Pelvis", "Spine1", 0.8, "Pelvis")),
        ("Spine1", [], between("Spine1", "Spine2", 0.75, "Spine1")),
        ("Spine2", [], between("Spine3", "Neck", 0.1, "Spine3")),
        ("Neck", [], between("Spine3", "Neck", 0.85, "Spine3")), ("Head", [], joint("Head")),
        ("HeadTop_End", ["Head_End"], like("HALPE_26", "Head")),
        ("{Left}Shoulder", [], joint("L_Collar", (-0.04, 0.03, 0.0))),
        ("{Left}Arm", [], joint("L_Shoulder")), ("{Left}ForeArm", [], joint("L_Elbow")),
        ("{Left}Hand", [], joint("L_Wrist")),
        *((f"{{Left}}{word}", [], joint(bone)) for bone, word in legs),
        ("{Left}Toe_End", ["{Left}ToeBase_End"], joint("L_Foot", (0.0, -0.012, 0.07))),
    ])  # fmt: skip
    write("Xsens_23", [
        ("Pelvis", [], between("L_Hip", "R_Hip", 0.5, "Pelvis")),
        ("L5", ["jL5S1"], between("Pelvis", "Spine1", 0.35, "Pelvis")),
        ("L3", ["jL4L3"], joint("Spine1", (0.0, -0.01, 0.0))),
        ("T12", ["jL1T12"], between("Spine1", "Spine2", 0.65, "Spine1")),
        ("T8", ["jT9T8"], joint("Spine3", (0.0, 0.0, -0.03))),
        ("Neck", ["jT1C7"], between("Spine3", "Neck", 0.85, "Spine3")),
        ("Head", ["jC1Head"], joint("Head", (0.0, 0.01, -0.03))),
        ("{Left}Shoulder", ["j{Left}T4Shoulder"], joint("L_Collar", (-0.05, 0.01, 0.0))),
        ("{Left}UpperArm", ["j{Left}Shoulder"], joint("L_Shoulder")),
        ("{Left}ForeArm", ["j{Left}Elbow"], joint("L_Elbow")),
        ("{Left}Hand", ["j{Left}Wrist"], joint("L_Wrist")),
        ("{Left}UpperLeg", ["j{Left}Hip"], joint("L_Hip")),
        ("{Left}LowerLeg", ["j{Left}Knee"], joint("L_Knee")),
        ("{Left}Foot", ["j{Left}Ankle"], joint("L_Ankle")),
        ("{Left}Toe", ["j{Left}BallFoot"], joint("L_Foot")),
    ])  # fmt: skip
    write("OptiTrack_Bones_21", [
        ("Hip", ["Hips"], joint("Pelvis")), ("Ab", [], between("Pelvis", "Spine1", 0.8, "Pelvis")),
        ("Chest", [], between("Spine2", "Spine3", 0.5, "Spine2")),
        ("Neck", [], between("Spine3", "Neck", 0.9, "Spine3")), ("Head", [], joint("Head")),
        ("{L}Shoulder", [], joint("L_Collar", (-0.04, 0.03, 0.0))),
        ("{L}UArm", [], joint("L_Shoulder")), ("{L}FArm", [], joint("L_Elbow")),
        ("{L}Hand", [], joint("L_Wrist")), ("{L}Thigh", [], joint("L_Hip")),
        ("{L}Shin", [], joint("L_Knee")), ("{L}Foot", [], joint("L_Ankle")),
        ("{L}Toe", [], joint("L_Foot")),
    ])  # fmt: skip


# --- skin markers ---------------------------------------------------------------------------

FRONT, BACK, OUT, IN = (0, 0, 1), (0, 0, -1), (1, 0, 0), (-1, 0, 0)
V, P, C = "Vicon_53", "PlugInGait_39", "OpenCap"


def optical() -> None:
    """Marker sets of OptiTrack, Qualisys, OpenSim and Helen Hayes."""
    forehead = skin("Head", "Head", 0.0, (0, 0.75, 0.66), 0.25)
    side = like(P, "LFHD", (0.012, -0.02, -0.09))
    back = skin("Spine2", "Spine3", 0.7, (0.55, 0, -0.83), 0.2, "Spine2")
    chest = like(P, "CLAV", (0, -0.045, 0.018))
    arms = [
        ("{L}ShoulderTop", [], like(P, "LSHO")), ("{L}ShoulderBack", [], like(V, "LBSH")),
        ("{L}ElbowOut", [], like(P, "LELB")), ("{L}WristOut", [], like(P, "LWRA")),
        ("{L}WristIn", [], like(P, "LWRB")), ("{L}HandOut", [], like(V, "LOHAND")),
    ]  # fmt: skip
    legs = [
        ("{L}KneeOut", [], like(P, "LKNE")),
        ("{L}Shin", [], skin("L_Knee", "L_Ankle", 0.45, (0.15, 0, 1))),
        ("{L}AnkleOut", [], like(P, "LANK")),
    ]  # fmt: skip
    feet = [
        ("{L}ToeOut", [], like(V, "LMT5")), ("{L}ToeIn", [], like(V, "LMT1")),
        ("{L}ToeTip", [], like(V, "LTOE", (0, 0, 0.02))), ("{L}Heel", [], like(P, "LHEE")),
    ]  # fmt: skip
    waist = [
        ("Waist{L}Front", [], like(V, "LFWT")),
        ("Waist{L}Back", [], like(V, "LBWT", (0.025, 0.02, 0.0))),
    ]
    upper_arm = skin("L_Shoulder", "L_Elbow", 0.45, (0, 0.2, -1))
    thigh = skin("L_Hip", "L_Knee", 0.5, FRONT)
    torso = [("BackTop", [], like(P, "C7")), ("Back{L}", ["Back{Left}"], back)]
    head = [("HeadTop", [], like(V, "ARIEL")), ("HeadFront", [], forehead)]
    write("OptiTrack_Baseline_41", [
        *head, ("HeadSide", [], side), *_named(torso, "Back{Left}"), ("Chest", [], chest), *waist,
        *arms, ("{L}UArmHigh", [], upper_arm), ("{L}Thigh", [], thigh), *legs, *feet,
    ])  # fmt: skip
    write("OptiTrack_Core_50", [
        *head, ("Head{Left}", [], side), *_named(torso, "Back{Left}"), ("ChestTop", [], chest),
        ("ChestLow", [], like(P, "STRN", (0, -0.02, 0))), *waist,
        ("WaistCBack", [], like(V, "LBWT", (-0.048, 0.05, -0.01))), *arms,
        ("{L}UArmHigh", [], upper_arm),
        ("{L}FArm", [], skin("L_Elbow", "L_Wrist", 0.45, (0, 0.3, 1))),
        ("{L}HandIn", [], like(V, "LIHAND")), ("{L}ThighFront", ["{L}Thigh"], thigh),
        ("{L}ThighSide", [], skin("L_Hip", "L_Knee", 0.4, OUT)), *legs, *feet,
    ])  # fmt: skip
    write("Qualisys_Animation_44", [
        ("HeadTop", [], like(V, "ARIEL")), ("HeadFront", [], forehead),
        ("Head{L}", ["Head{Left}"], side),
        ("SpineTop", [], like(P, "C7")), ("Chest", [], chest), ("Back{L}", [], back), *waist, *arms,
        ("{L}HandIn", [], like(V, "LIHAND")), ("{L}Arm", [], upper_arm), ("{L}Thigh", [], thigh),
        *legs, ("{L}HeelBack", [], like(P, "LHEE")), ("{L}ForefootOut", [], like(V, "LMT5")),
        ("{L}ForefootIn", [], like(V, "LMT1")), ("{L}ToeTip", [], like(V, "LTOE", (0, 0, 0.02))),
    ])  # fmt: skip
    gait()


def _named(points: list[tuple[str, list[str], At]], title: str) -> list[tuple[str, list[str], At]]:
    return [(title, ["Back{L}"], at) if n == "Back{L}" else (n, s, at) for n, s, at in points]


def gait() -> None:
    """OpenSim's and Helen Hayes' sets."""
    thighs = [((0.6, 0, 0.8), 0.35), ((1, 0, 0.1), 0.5), ((0.6, 0, 0.8), 0.62)]
    shanks = [((0.6, 0, 0.8), 0.3), ((1, 0, 0), 0.45), ((0.6, 0, 0.8), 0.58)]
    pelvis = [("{L}ASI", ["{L}ASIS"], like(P, "LASI")), ("{L}PSI", ["{L}PSIS"], like(P, "LPSI"))]
    knee, ankle = like(P, "LKNE"), like(P, "LANK")
    inner_knee, inner_ankle = like(C, "L_mknee"), skin("L_Knee", "L_Ankle", 0.985, IN, 0.08)
    heel, toe5, toe1 = like(P, "LHEE"), like(V, "LMT5"), like(V, "LMT1")
    write("OpenSim_Rajagopal", [
        ("{L}FHD", [], like(P, "LFHD")), ("{L}BHD", [], like(P, "LBHD")), ("C7", [], like(P, "C7")),
        ("T10", [], like(P, "T10")), ("CLAV", [], like(P, "CLAV")), ("STRN", [], like(P, "STRN")),
        ("{L}ACR", [], like(P, "LSHO")), ("{L}ASH", [], like(V, "LFSH")),
        ("{L}PSH", [], like(V, "LBSH")), ("{L}LEL", [], like(P, "LELB")),
        ("{L}MEL", [], like(V, "LIEL")),
        ("{L}UA1", [], skin("L_Shoulder", "L_Elbow", 0.5, (0, 1, 0))),
        ("{L}FAsuperior", ["{L}FAsup"], like(P, "LFRM")), ("{L}FAradius", ["{L}FArad"],
                                                           like(P, "LWRA")),
        ("{L}FAulna", ["{L}FAuln"], like(P, "LWRB")), *pelvis,
        ("{L}HJC", [], joint("L_Hip")), ("{L}KJC", [], joint("L_Knee")),
        ("{L}AJC", [], joint("L_Ankle")),
        *((f"{{L}}TH{i}", [], skin("L_Hip", "L_Knee", a, out)) for i,
          (out, a) in enumerate(thighs, 1)),
        ("{L}LFC", [], knee), ("{L}MFC", [], inner_knee),
        *((f"{{L}}TB{i}", [], skin("L_Knee", "L_Ankle", a, out)) for i,
          (out, a) in enumerate(shanks, 1)),
        ("{L}LMAL", [], ankle), ("{L}MMAL", [], inner_ankle), ("{L}CAL", [], heel),
        ("{L}MT5", [], toe5), ("{L}MT1", [], toe1), ("{L}MT2", [], like(P, "LTOE")),
        ("{L}TOE", [], like(V, "LTOE", (0, 0, 0.02))),
    ])  # fmt: skip
    thigh = {"Upper": (0.3, (1, 0, 0.3)), "Front": (0.5, FRONT), "Rear": (0.55, (1, 0, -0.4))}
    shank = {"Upper": (0.25, (1, 0, 0.3)), "Front": (0.4, FRONT), "Rear": (0.5, (1, 0, -0.4))}
    write("OpenSim_Gait2392", [
        ("Top.Head", [], like(V, "ARIEL")), ("Sternum", [], like(P, "CLAV", (0, -0.03, 0.01))),
        ("{L}.Acromium", ["{L}.Acromion"], like(P, "LSHO")), ("{L}.ASIS", [], like(P, "LASI")),
        ("V.Sacral", ["Sacral"], like(P, "LPSI", (-0.048, 0, -0.005))),
        *((f"{{L}}.Thigh.{n}", [], skin("L_Hip", "L_Knee", a, out)) for n,
          (a, out) in thigh.items()),
        ("{L}.Knee.Lat", [], knee), ("{L}.Knee.Med", [], inner_knee),
        *((f"{{L}}.Shank.{n}", [], skin("L_Knee", "L_Ankle", a, out)) for n,
          (a, out) in shank.items()),
        ("{L}.Ankle.Lat", [], ankle), ("{L}.Ankle.Med", [], inner_ankle), ("{L}.Heel", [], heel),
        ("{L}.Midfoot.Sup", [], skin("L_Ankle", "L_Foot", 0.6, (0, 1, 0.5), 0.1)),
        ("{L}.Midfoot.Lat", [], skin("L_Ankle", "L_Foot", 0.7, (1, -0.2, 0), 0.1)),
        ("{L}.Toe.Lat", [], toe5), ("{L}.Toe.Med", [], toe1),
        ("{L}.Toe.Tip", [], like(V, "LTOE", (0, 0, 0.02))),
    ])  # fmt: skip
    write("HelenHayes", [
        ("{L}.Shoulder", [], like(P, "LSHO")), ("{L}.Elbow", [], like(P, "LELB")),
        ("{L}.Wrist", [], like(P, "LWRB", (0, 0.01, 0.04))), ("Sternum", [],
                                                              like(P, "CLAV", (0, -0.05, 0.015))),
        ("OFFSET", ["R.Offset", "Offset"], like(P, "RBAK")), ("{L}.ASIS", [], like(P, "LASI")),
        ("Sacrum", ["Sacral", "V.Sacral"], like(P, "LPSI", (-0.048, 0, -0.005))),
        ("{L}.Hip", ["{L}.Trochanter"], like(V, "LHIP")), ("{L}.Thigh", [], like(P, "LTHI")),
        ("{L}.Knee", ["{L}.Knee.Lat"], knee), ("{L}.Knee.Medial", ["{L}.Knee.Med"], inner_knee),
        ("{L}.TibTubercle", [], skin("L_Knee", "L_Ankle", 0.12, FRONT)),
        ("{L}.MidShank", ["{L}.Shank"], skin("L_Knee", "L_Ankle", 0.45, (1, 0, 0.2))),
        ("{L}.DistalShank", [], skin("L_Knee", "L_Ankle", 0.75, (0.5, 0, 1))),
        ("{L}.Ankle", ["{L}.Ankle.Lat"], ankle), ("{L}.Ankle.Medial", ["{L}.Ankle.Med"],
                                                  inner_ankle),
        ("{L}.Heel", [], heel), ("{L}.Toe", [], like(P, "LTOE")),
        ("{L}.LateralFoot", [], skin("L_Ankle", "L_Foot", 0.55, (1, -0.25, 0), 0.1)),
        ("{L}.PosteriorFoot", [], like(P, "LHEE", (0.0, 0.03, 0.0))),
    ])  # fmt: skip
    clinical(knee, inner_knee, ankle, inner_ankle, heel, toe1, toe5)


def clinical(
    knee: At, inner_knee: At, ankle: At, inner_ankle: At, heel: At, toe1: At, toe5: At
) -> None:
    """Sets of gait laboratories: legs, pelvis, and a few marks of the trunk. Names and places:
    Leardini et al. (2007, 2011) for the Istituto Ortopedico Rizzoli, Qualisys' sports marker set,
    and Davis et al. (1991) with a sacral marker and both clavicles."""
    sacrum = like(P, "LPSI", (-0.048, 0, -0.005))
    breast = like(P, "STRN")
    shoulder = like(P, "LSHO")
    write("Clinical_Gait", [
        ("C7", ["CV7"], like(P, "C7")), ("SACR", ["SACRUM", "SACRAL", "VSAC", "MSAC"], sacrum),
        ("CLAV", ["SJN", "JN", "IJ"], like(P, "CLAV")), ("STRN", ["SXS", "PX"], breast),
        ("T10", ["TV10"], like(P, "T10")), ("{L}CLA", ["{L}CLAV", "{L}CL"],
                                            like(P, "CLAV", (0.05, 0.005, 0))),
        ("{L}SHO", ["{L}ACR", "{L}AC"], shoulder), ("{L}ASI", ["{L}ASIS"], like(P, "LASI")),
        ("{L}PSI", ["{L}PSIS"], like(P, "LPSI")), ("{L}GT", ["{L}GTR", "{L}TRO"], like(V, "LHIP")),
        ("{L}THI", ["{L}TH"], like(P, "LTHI")), ("{L}KNE", ["{L}KNEE", "{L}LK"], knee),
        ("{L}KNM", ["{L}MKNE", "{L}MK", "{L}KNEM"], inner_knee),
        ("{L}TIB", ["{L}TB"], like(P, "LTIB")),
        ("{L}ANK", ["{L}LM"], ankle), ("{L}ANM", ["{L}MED", "{L}MANK", "{L}MM"], inner_ankle),
        ("{L}HEE", ["{L}HEEL"], heel), ("{L}TOE", [], like(P, "LTOE")),
        ("{L}MT5", ["{L}5MT"], toe5),
        ("{L}MT1", ["{L}1MT"], toe1),
    ])  # fmt: skip
    write("IOR_Gait", [
        ("CV7", ["C7"], like(P, "C7")), ("TV2", ["T2"], like(P, "C7", (0, -0.05, -0.01))),
        ("MAI", ["TV7", "T7", "TV8"], like(P, "T10", (0, 0.09, 0))),
        ("LV1", ["TV12", "L1"], like(P, "T10", (0, -0.11, 0.015))),
        ("LV3", ["L3"], like(P, "LPSI", (-0.048, 0.11, 0.02))), ("LV5", ["L5", "SACR"], sacrum),
        ("SJN", ["JN", "IJ"], like(P, "CLAV")), ("SXS", ["PX"], breast),
        ("{L}AC", ["{L}CAJ", "{L}SAE", "{L}A"], shoulder), ("{L}HEAD", [], like(P, "LFHD")),
        ("SGL", [], joint("Head", (0.0, 0.09, 0.11))),
        ("{L}HLE", ["{L}LE"], like(P, "LELB")), ("{L}RSP", ["{L}RS"], like(P, "LWRA")),
        ("{L}USP", ["{L}US"], like(P, "LWRB")), ("{L}HM2", [], like(P, "LFIN")),
        ("{L}IAS", ["{L}ASIS"], like(P, "LASI")), ("{L}IPS", ["{L}PSIS"], like(P, "LPSI")),
        ("{L}FTC", ["{L}GT"], like(V, "LHIP")), ("{L}FLE", [], knee), ("{L}FME", [], inner_knee),
        ("{L}FAX", ["{L}HF", "{L}FH"], skin("L_Knee", "L_Ankle", 0.08, (1, 0, -0.2))),
        ("{L}TTC", ["{L}TT"], skin("L_Knee", "L_Ankle", 0.12, FRONT)), ("{L}FAL", [], ankle),
        ("{L}TAM", [], inner_ankle), ("{L}FCC", ["{L}CA"], heel), ("{L}FM1", [], toe1),
        ("{L}FM2", [], like(P, "LTOE")), ("{L}FM5", [], toe5),
    ])  # fmt: skip


if __name__ == "__main__":
    video()
    rigs()
    optical()
