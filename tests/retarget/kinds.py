# SPDX-License-Identifier: GPL-3.0-or-later
"""Rigs as other programs hang their bones, with what else hangs on them: twist bones, hair, capes,
wings, weapons, IK controls. Names and trees are those of the kinds; lengths are one person's."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from lsmplify_core.retarget import Rig

from .rigs import made

HIPS, THIGH, KNEE, ANKLE = (
    (0, 0.01, 0.97),
    (0.09, 0.01, 0.93),
    (0.095, 0, 0.51),
    (0.09, 0.03, 0.085),
)
BALL, TOES, COLLAR = (0.1, -0.1, 0.02), (0.1, -0.17, 0.015), (0.02, 0.02, 1.42)
SHOULDER, ELBOW, WRIST = (0.17, 0.03, 1.43), (0.44, 0.04, 1.43), (0.69, 0.02, 1.43)
NECK, HEAD, CROWN = (0, 0.02, 1.5), (0, 0, 1.59), (0, 0, 1.76)
ACROSS = {"Index": -0.01, "Middle": 0.012, "Ring": 0.034, "Pinky": 0.054}


@dataclass
class Kind:
    """Bones being put together; `sides` are its words for left and right, put for {} in names."""

    title: str
    sides: tuple[str, str]
    bones: list[tuple[str, str, np.ndarray, np.ndarray | None]] = field(default_factory=list)
    truth: dict[str, list[str]] = field(default_factory=dict)

    def one(self, name: str, parent: str, head, tail=None, role: str = "") -> str:
        """A bone; returns its name."""
        tail = None if tail is None else np.array(tail, float)
        self.bones.append((name, parent, np.array(head, float), tail))
        if role:
            self.truth.setdefault(role, []).append(name)
        return name

    def both(self, name: str, parent: str, head, tail=None, role: str = "") -> str:
        """A bone of the left side and its mirror image; returns the name with its {}."""
        for letter, word, sign in zip("LR", self.sides, (1, -1), strict=True):
            mirror = np.array([sign, 1, 1])
            self.one(
                name.replace("{}", word), parent.replace("{}", word), np.array(head) * mirror,
                None if tail is None else np.array(tail) * mirror, role and f"{letter}_{role}",
            )  # fmt: skip
        return name

    def chain(self, parent: str, *bones: tuple, side: bool = True) -> str:
        """Bones (name, head[, role]) that hang on each other; returns the last one's name."""
        add = self.both if side else self.one
        for name, head, *role in bones:
            parent = add(name, parent, head, role=role[0] if role else "")
        return parent

    def fingers(self, hand: str, name: Callable[[str, int], str], meta=None, end=None) -> None:
        """Five of three bones each; meta, end: names of metacarpals and nubs."""
        for finger, y in (*ACROSS.items(), ("Thumb", None)):
            parent = hand
            if y is None:
                points = [(0.71 + 0.025 * i, -0.02 - 0.022 * i, 1.42) for i in range(4)]
            else:
                points = [(0.78 + 0.028 * i - 0.2 * max(y - 0.03, 0), y, 1.43) for i in range(4)]
                parent = self.both(meta(finger), hand, (0.71, 0.6 * y, 1.43)) if meta else hand
            for i in range(3):
                parent = self.both(name(finger, i + 1), parent, points[i], points[i + 1],
                                   f"{finger}{i + 1}")  # fmt: skip
            if end:
                self.both(end(finger), parent, points[3])

    def rig(self, tails: str = "") -> Rig:
        """The rig. tails: "up" lays all bones upwards, as importers do that know no tails."""
        names = [b[0] for b in self.bones]
        parents = [names.index(b[1]) if b[1] else -1 for b in self.bones]
        heads = np.array([b[2] for b in self.bones])
        ends = np.array([self._tail(i, parents, heads) for i in range(len(names))])
        if tails == "up":
            ends = heads + np.array([0, 0, 0.05])
        return made(names, parents, heads, ends, self.title)

    def _tail(self, i: int, parents: list[int], heads: np.ndarray) -> np.ndarray:
        given = self.bones[i][3]
        if given is not None:
            return given
        below = [k for k, p in enumerate(parents) if p == i]
        far = max(below, key=lambda k: np.linalg.norm(heads[k] - heads[i]), default=-1)
        end = heads[far] if below else heads[i] + 0.5 * (heads[i] - heads[max(parents[i], 0)])
        return end if np.linalg.norm(end - heads[i]) > 1e-3 else heads[i] + [0, 0, 0.03]


def spine(*names: str) -> list[tuple]:
    """Bones of a spine, from the pelvis up."""
    heights = np.linspace(1.03, 1.36, len(names))
    return [(n, (0, 0.015, z), "Spine") for n, z in zip(names, heights, strict=True)]


def between(a, b, share: float) -> np.ndarray:
    """A place on the way from a to b."""
    return np.array(a) + share * (np.array(b) - np.array(a))


def unreal() -> Kind:
    """Unreal 5's mannequin: twist and corrective bones, metacarpals, IK bones under the root."""
    k = Kind("unreal", ("l", "r"))
    k.one("root", "", (0, 0, 0), role="Root")
    k.one("pelvis", "root", HIPS, role="Pelvis")
    chest = k.chain("pelvis", *spine(*(f"spine_0{i}" for i in range(1, 6))), side=False)
    k.chain(chest, ("neck_01", NECK, "Neck"), ("neck_02", (0, 0.01, 1.54), "Neck"), side=False)
    k.one("head", "neck_02", HEAD, CROWN, "Head")
    k.chain(chest, ("clavicle_{}", COLLAR, "Collar"), ("upperarm_{}", SHOULDER, "Shoulder"),
            ("lowerarm_{}", ELBOW, "Elbow"), ("hand_{}", WRIST, "Wrist"))  # fmt: skip
    k.chain("pelvis", ("thigh_{}", THIGH, "Hip"), ("calf_{}", KNEE, "Knee"),
            ("foot_{}", ANKLE, "Ankle"))  # fmt: skip
    k.both("ball_{}", "foot_{}", BALL, TOES, "Foot")
    for bone, a, b in (("upperarm", SHOULDER, ELBOW), ("lowerarm", ELBOW, WRIST),
                       ("thigh", THIGH, KNEE), ("calf", KNEE, ANKLE)):  # fmt: skip
        k.both(f"{bone}_twist_01_{{}}", f"{bone}_{{}}", between(a, b, 0.33))
        k.both(f"{bone}_twist_02_{{}}", f"{bone}_{{}}", between(a, b, 0.66))
        k.both(f"{bone}_correctiveRoot_{{}}", f"{bone}_{{}}", a)
        k.both(f"{bone}_fwd_{{}}", f"{bone}_correctiveRoot_{{}}", np.add(a, (0.02, -0.07, 0)))
    k.both("weapon_{}", "hand_{}", (0.77, 0, 1.4))
    k.fingers("hand_{}", lambda f, i: f"{f.lower()}_0{i}_{{}}", lambda f: f"{f.lower()}_meta_{{}}")
    k.one("ik_foot_root", "root", (0, 0, 0))
    k.both("ik_foot_{}", "ik_foot_root", ANKLE)
    k.one("ik_hand_root", "root", (0, 0, 0))
    k.both("ik_hand_{}", "ik_hand_root", WRIST)
    return k


def mmd() -> Kind:
    """MikuMikuDance: waist between two body halves, cancel bones, twist bones in line, twin tails
    and a skirt."""
    k = Kind("mmd", ("左", "右"))
    k.one("全ての親", "", (0, 0, 0), role="Root")
    k.chain("全ての親", ("センター", (0, 0, 0.7)), ("腰", (0, 0.02, 0.95), "Torso"), side=False)
    k.one("下半身", "腰", (0, 0.01, 1), (0, 0.01, 0.9), "Pelvis")
    k.chain("腰", ("上半身", (0, 0.01, 1.02), "Spine"), ("上半身2", (0, 0.01, 1.2), "Spine"),
            ("首", NECK, "Neck"), ("頭", HEAD, "Head"), side=False)  # fmt: skip
    k.both("{}目", "頭", (0.03, -0.07, 1.65))
    k.chain("上半身2", ("{}肩P", COLLAR), ("{}肩", COLLAR, "Collar"), ("{}肩C", SHOULDER),
            ("{}腕", SHOULDER, "Shoulder"), ("{}腕捩", between(SHOULDER, ELBOW, 0.5), "Shoulder"),
            ("{}ひじ", ELBOW, "Elbow"), ("{}手捩", between(ELBOW, WRIST, 0.5), "Elbow"),
            ("{}手首", WRIST, "Wrist"))  # fmt: skip
    k.fingers("{}手首", lambda f, i: f"{{}}{f}指{i}")
    k.chain("下半身", ("{}足", THIGH, "Hip"), ("{}ひざ", KNEE, "Knee"), ("{}足首", ANKLE, "Ankle"),
            ("{}つま先", BALL, "Foot"))  # fmt: skip
    k.chain("全ての親", ("{}足IK親", (0.09, 0.03, 0)), ("{}足IK", ANKLE), ("{}つま先IK", BALL))
    k.chain("頭", *((f"{{}}髪{i}", (0.1 + 0.02 * i, 0.05, 1.7 - 0.28 * i)) for i in range(6)))
    for n, a in enumerate(np.linspace(0.2, 2.9, 4)):
        out = np.array([0.13 * np.sin(a), -0.13 * np.cos(a), 0])
        k.chain("下半身", *((f"{{}}裾{n}_{i}", out * (1 + 0.4 * i) + (0, 0, 0.95 - 0.15 * i))
                           for i in range(3)))  # fmt: skip
    return k


def biped() -> Kind:
    """3ds Max's Biped: thighs on the spine, clavicles on the neck, nubs, a ponytail, a weapon."""
    k = Kind("biped", ("L", "R"))
    k.one("Bip01", "", (0, 0.01, 1))
    k.one("Bip01 Footsteps", "Bip01", (0, 0, 0))
    k.one("Bip01 Pelvis", "Bip01", (0, 0.01, 1), role="Pelvis")
    chest = k.chain("Bip01 Pelvis", *spine(*(f"Bip01 Spine{i}" for i in ("", 1, 2))), side=False)
    k.chain(chest, ("Bip01 Neck", NECK, "Neck"), ("Bip01 Head", HEAD, "Head"),
            ("Bip01 HeadNub", CROWN), side=False)  # fmt: skip
    k.chain("Bip01 Head", ("Tail1", (0, 0.1, 1.7)), ("Tail2", (0, 0.16, 1.5)), side=False)
    k.chain("Bip01 Neck", ("Bip01 {} Clavicle", COLLAR, "Collar"),
            ("Bip01 {} UpperArm", SHOULDER, "Shoulder"), ("Bip01 {} Forearm", ELBOW, "Elbow"),
            ("Bip01 {} Hand", WRIST, "Wrist"))  # fmt: skip
    k.fingers("Bip01 {} Hand", lambda f, i: f"{f}{i} {{}}", end=lambda f: f"{f} Nub {{}}")
    k.chain("Bip01 Spine", ("Bip01 {} Thigh", THIGH, "Hip"), ("Bip01 {} Calf", KNEE, "Knee"),
            ("Bip01 {} Foot", ANKLE, "Ankle"), ("Bip01 {} Toe0", BALL, "Foot"),
            ("Bip01 {} Toe0Nub", TOES))  # fmt: skip
    k.one("sword", "Bip01 R Hand", (-0.77, -0.02, 1.42), (-0.77, -0.9, 1.42))
    return k


def daz() -> Kind:
    """Daz Genesis 8: bend and twist bones in line, metatarsals and single toes, carpals, a face."""
    k = Kind("daz", ("l", "r"))
    k.one("hip", "", (0, 0.01, 1.02), role="Torso")
    k.one("pelvis", "hip", (0, 0.01, 1.03), (0, 0.01, 0.9), "Pelvis")
    chest = k.chain("hip", *spine("abdomenLower", "abdomenUpper", "chestLower", "chestUpper"),
                    side=False)  # fmt: skip
    k.chain(chest, ("neckLower", NECK, "Neck"), ("neckUpper", (0, 0.01, 1.54), "Neck"),
            ("head", HEAD, "Head"), side=False)  # fmt: skip
    for i in range(5):
        k.both(f"{{}}Brow{i}", "head", (0.01 + 0.01 * i, -0.09, 1.68))
    k.both("{}Pectoral", "chestLower", (0.06, -0.05, 1.3), (0.09, -0.13, 1.28))
    k.chain(
        chest,
        ("{}Collar", COLLAR, "Collar"),
        ("{}ShldrBend", SHOULDER, "Shoulder"),
        ("{}ShldrTwist", between(SHOULDER, ELBOW, 0.5), "Shoulder"),
        ("{}ForearmBend", ELBOW, "Elbow"),
        ("{}ForearmTwist", between(ELBOW, WRIST, 0.5), "Elbow"),
        ("{}Hand", WRIST, "Wrist"),
    )
    k.fingers("{}Hand", lambda f, i: f"{{}}{f}{i}", lambda f: f"{{}}Carpal{f}")
    k.chain("pelvis", ("{}ThighBend", THIGH, "Hip"),
            ("{}ThighTwist", between(THIGH, KNEE, 0.5), "Hip"), ("{}Shin", KNEE, "Knee"),
            ("{}Foot", ANKLE, "Ankle"), ("{}Metatarsals", (0.09, 0, 0.06)),
            ("{}Toe", BALL, "Foot"))  # fmt: skip
    for i in range(5):
        k.both(f"{{}}SmallToe{i}", "{}Toe", (0.07 + 0.015 * i, -0.14, 0.015))
    return k


def korean() -> Kind:
    """A hero with a cape, wings, a tail and a sword, without fingers; clips' ends on head and
    toes."""
    k = Kind("korean", ("왼쪽", "오른쪽"))
    k.one("뿌리", "", (0, 0, 0), role="Root")
    k.one("골반", "뿌리", HIPS, role="Pelvis")
    k.chain("골반", *spine("허리", "등", "가슴"), ("목", NECK, "Neck"), ("머리", HEAD, "Head"),
            ("머리 끝", CROWN), side=False)  # fmt: skip
    k.chain("가슴", ("{} 쇄골", COLLAR, "Collar"), ("{} 위팔", SHOULDER, "Shoulder"),
            ("{} 아래팔", ELBOW, "Elbow"))  # fmt: skip
    k.both("{} 손", "{} 아래팔", WRIST, (0.77, 0.02, 1.43), "Wrist")
    k.chain("골반", ("{} 허벅지", THIGH, "Hip"), ("{} 정강이", KNEE, "Knee"),
            ("{} 발", ANKLE, "Ankle"), ("{} 발가락", BALL, "Foot"), ("{} 발끝", TOES))  # fmt: skip
    k.chain("가슴", ("{} 망토1", (0.1, 0.12, 1.4)), ("{} 망토2", (0.12, 0.14, 1.1)),
            ("{} 망토3", (0.14, 0.16, 0.7)))  # fmt: skip
    k.chain("가슴", ("{} 날개1", (0.05, 0.08, 1.35)), ("{} 날개2", (0.4, 0.2, 1.6)),
            ("{} 날개3", (0.9, 0.3, 1.4)), ("{} 날개4", (1.3, 0.3, 1.2)))  # fmt: skip
    k.chain("골반", ("꼬리1", (0, 0.1, 0.95)), ("꼬리2", (0, 0.3, 0.7)), ("꼬리3", (0, 0.5, 0.4)),
            side=False)  # fmt: skip
    k.one("검", "오른쪽 손", (-0.77, -0.05, 1.42), (-0.77, -1, 1.42))
    return k


def ik_only() -> Kind:
    """Feet that hang on controls under the root, with poles."""
    k = Kind("ik only", ("L", "R"))
    k.one("master", "", (0, 0, 0), role="Root")
    k.one("cog", "master", (0, 0.01, 1), role="Torso")
    k.one("hips", "cog", HIPS, role="Pelvis")
    k.chain("cog", *spine("spineA", "spineB"), ("neck", NECK, "Neck"), ("head", HEAD, "Head"),
            side=False)  # fmt: skip
    k.chain("spineB", ("clav.{}", COLLAR, "Collar"), ("uparm.{}", SHOULDER, "Shoulder"),
            ("loarm.{}", ELBOW, "Elbow"))  # fmt: skip
    k.both("hand.{}", "loarm.{}", WRIST, (0.77, 0.02, 1.43), "Wrist")
    k.both("thi.{}", "hips", THIGH, KNEE, "Hip")
    k.both("shn.{}", "thi.{}", KNEE, ANKLE, "Knee")
    k.both("footctl.{}", "master", ANKLE, (0.09, 0.03, 0.2))
    k.both("ft.{}", "footctl.{}", ANKLE, BALL, "Ankle")
    k.both("tz.{}", "ft.{}", BALL, TOES, "Foot")
    k.both("pole.{}", "master", (0.095, -0.5, 0.51), (0.095, -0.6, 0.51))
    return k


KINDS = (unreal, mmd, biped, daz, korean, ik_only)
