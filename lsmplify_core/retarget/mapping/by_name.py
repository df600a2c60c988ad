# SPDX-License-Identifier: GPL-3.0-or-later
"""Which rig kind's names a rig bears.

A shipped map lists names as its rig kind spells them, the left side's only. Names are compared as
(side, rest) in one spelling, so that "mixamorig:LeftArm", "LeftArm.001" and "左腕" need no maps of
their own; what a whole rig bears around its names (a namespace, a prefix, a number) is taken off.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast

from ...files.json_files import read_json
from ...layouts.names import plain
from ...runtime.errors import InputError
from ..rig.rig import Rig
from ..rig.rig_map import RigMap
from ..rig.roles import CHAINS, NEEDED, ROLES

MAP_FOLDER: Final = Path(__file__).parents[1] / "maps"
_LEAST: Final = 0.75
"""Share of a map's trunk and limb roles that must be there for the map to fit."""
_SIGN: Final = 0.04
"""What a name that only this rig kind has adds to a map's score, of 1 for all roles."""
_AROUND: Final = 0.02
"""What a prefix or suffix that the map doesn't have costs."""

Key = tuple[str, str]
"""Side ("l", "r" or "") and the rest of a name, in one spelling."""


@dataclass(frozen=True)
class RigKind:
    """A shipped map. bones: role -> one entry a bone of its chain, each a tuple of alternatives.

    Roles that begin with "*_" stand for both sides. signs: names that only this kind has.
    """

    name: str
    bones: dict[str, tuple[tuple[str, ...], ...]]
    signs: tuple[str, ...]


@lru_cache(maxsize=65536)
def key_of(name: str) -> Key:
    """A bone's name as it is compared."""
    name = re.sub(r"\.(\d{3})$", r"_\1", name.strip())
    text = plain(name)
    mirrored = plain(_swapped(name))
    if text != mirrored and text[:1] in "lr":
        return text[0], text[1:]
    return "", text


def _swapped(name: str) -> str:
    """A name whose word for the side, if it has one, is another: tells "left_arm" from "lid"."""
    swaps = {"left": "Right", "right": "Left", "l": "R", "r": "L", "左": "右", "右": "左"}

    def swap(found: re.Match[str]) -> str:
        word = found.group(0)
        other = swaps[word.lower()]
        return other if word[0].isupper() else other.lower()

    pattern = r"(?i:left|right)|[左右]|(?<![A-Za-z])[lrLR](?![a-z])|(?<=[a-z])[LR]$"
    return re.sub(pattern, swap, name)


@lru_cache(maxsize=1)
def rig_kinds() -> dict[str, RigKind]:
    """Every shipped map, by its file's name without the ending."""
    return {p.stem: _kind(read_json(p, "a map"), p) for p in sorted(MAP_FOLDER.glob("*.json"))}


def shipped_maps() -> tuple[str, ...]:
    """What `find_map` takes as a name, apart from "auto" and "structure"."""
    return tuple(rig_kinds())


def _kind(data: Any, path: Path) -> RigKind:
    fields = cast("dict[str, Any]", data)
    bones: dict[str, tuple[tuple[str, ...], ...]] = {}
    for role, value in cast("dict[str, Any]", fields["bones"]).items():
        chain = cast("list[str]", value if isinstance(value, list) else [value])
        if role.replace("*", "L", 1) not in ROLES:
            raise InputError(f"{path}: role {role!r} is not one of {', '.join(ROLES)}")
        bones[role] = tuple(tuple(n.strip() for n in entry.split(" | ")) for entry in chain)
    return RigKind(str(fields["name"]), bones, tuple(fields["signs"]))


@dataclass(frozen=True)
class NameMatch:
    """How well a rig kind's names fit. score: 0 to about 1.3; found: roles of those asked for."""

    stem: str
    rig_map: RigMap
    score: float
    found: int
    asked: int


def match_names(rig: Rig) -> list[NameMatch]:
    """Every shipped map that fits the rig, the best first."""
    fits = (match_kind(stem, kind, rig) for stem, kind in rig_kinds().items())
    return sorted((f for f in fits if f is not None), key=lambda f: -f.score)


def match_kind(stem: str, kind: RigKind, rig: Rig) -> NameMatch | None:
    """One map on a rig; None where it lacks what a person needs."""
    keys = _keys(rig.names)
    best: NameMatch | None = None
    for before, after in _surroundings(kind, keys):
        bones = _assigned(kind, keys, before, after)
        score = _score(kind, bones, rig, bool(before or after))
        if score is not None and (best is None or score[0] > best.score):
            evidence = _evidence(kind, score, before, after)
            best = NameMatch(stem, RigMap(kind.name, bones, evidence), *score)
    return best


def _keys(names: Sequence[str]) -> dict[Key, str]:
    """Bones by key; where two have the same, the one that is spelt shorter."""
    keys: dict[Key, str] = {}
    for name in sorted(names, key=lambda n: (len(n), n)):
        keys.setdefault(key_of(name), name)
    return keys


def _surroundings(kind: RigKind, keys: dict[Key, str]) -> set[tuple[str, str]]:
    """What may stand before and after every name: found where thighs and pelvis are."""
    around = {("", "")}
    for role, side in (("*_Hip", "l"), ("*_Knee", "l"), ("Pelvis", "")):
        for name in kind.bones.get(role, ((),))[0]:
            rest = key_of(name)[1]
            for own, text in keys:
                if own == side and rest and rest in text:
                    before, _, after = text.partition(rest)
                    around.add((before, after))
                    before, _, after = text.rpartition(rest)
                    around.add((before, after))
    return around


def _assigned(
    kind: RigKind, keys: dict[Key, str], before: str, after: str
) -> dict[str, tuple[str, ...]]:
    """Role -> bones for one way of taking off what stands around the names."""
    bones: dict[str, tuple[str, ...]] = {}
    taken: set[str] = set()
    for role in ROLES:
        pattern = "*" + role[1:] if role[1:2] == "_" else role
        chain: list[str] = []
        for alternatives in kind.bones.get(pattern, ()):
            bone = _bone(alternatives, role, keys, before, after, taken)
            if bone is not None:
                chain.append(bone)
                taken.add(bone)
        if chain:
            bones[role] = tuple(chain if role in CHAINS else chain[:1])
    return bones


def _bone(
    alternatives: Iterable[str], role: str, keys: dict[Key, str], before: str, after: str,
    taken: set[str],
) -> str | None:  # fmt: skip
    for name in alternatives:
        side, rest = _key_for(name, role)
        bare = [(side, rest)] if role == "Root" or not before + after else []
        for key in [(side, before + rest + after), *bare]:
            bone = keys.get(key)
            if bone is not None and bone not in taken:
                return bone
    return None


def _key_for(name: str, role: str) -> Key:
    """The key of a map's name for a role: the left side's, or its mirror image.

    "lfemur" has its side in its first letter, which nothing sets apart.
    """
    side, rest = key_of(name)
    if role[1:2] != "_":
        return side, rest
    if not side:
        return "", ("l" if role[0] == "L" else "r") + rest[1:]
    return role[0].lower(), rest


def _score(
    kind: RigKind, bones: dict[str, tuple[str, ...]], rig: Rig, around: bool
) -> tuple[float, int, int] | None:
    """Score, roles found and roles asked for; None where the map doesn't fit."""
    if any(role not in bones for role in NEEDED):
        return None
    roles = [r for r in ROLES if ("*" + r[1:] if r[1:2] == "_" else r) in kind.bones]
    core = [r for r in roles if not r[-1].isdigit() and not r.endswith("Twist") and r != "Root"]
    if sum(r in bones for r in core) < _LEAST * len(core):
        return None
    found = sum(r in bones for r in roles)
    names = _asked(kind, core), sum(len(bones.get(r, ())) for r in core)
    fingers = [r for r in roles if r[-1].isdigit()]
    hands = sum(r in bones for r in fingers) / max(len(fingers), 1)
    share = 0.8 * names[1] / names[0] + 0.2 * hands
    covered = sum(len(chain) for chain in bones.values()) / 60.0
    known = {n.casefold() for n in rig.names}
    signs = sum(s.casefold() in known for s in kind.signs)
    score = 0.5 * share + 0.5 * covered + _SIGN * signs - _AROUND * around
    return score, found, len(roles)


def _asked(kind: RigKind, roles: list[str]) -> int:
    """How many bones a kind has for some roles."""
    return sum(len(kind.bones["*" + r[1:] if r[1:2] == "_" else r]) for r in roles)


def _evidence(kind: RigKind, score: tuple[float, int, int], before: str, after: str) -> str:
    around = f", names with {(before + '…' + after)!r} around them" if before or after else ""
    return f"{score[1]} of {score[2]} roles by {kind.name}'s names{around}"
