# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tracks are a prop: they move as one rigid body and belong to no limb.

Among tracks that the body does not use, a rigid group is a limb's where each of its tracks is fixed
to tracks of the body nearby: computed points, labels left over, markers of another set. What is
fixed to a hand alone is held in it.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.skeleton import JOINT_INDEX
from ..layouts.names import plain
from ..runtime.array_types import Floats
from .rigid_groups import LEAST_TRACKS, Distances, distances, rigid_groups

_FIXED: Final = 0.02
"""Metres: a track whose distance to one of the body changes by no more is fixed to that limb."""
_BESIDE: Final = 0.4
"""Metres: what is further from all tracks of a limb is not on it."""
_LINKED: Final = 0.6
"""Metres: neighbouring tracks of one body are no further apart than this."""
_LINK_SLACK: Final = 0.12
"""Metres by which the distance of neighbouring tracks of one body may change."""
_HANDS: Final = frozenset(JOINT_INDEX[n] for n in ("L_Wrist", "R_Wrist", "L_Hand", "R_Hand"))
_PROP_NAME: Final = re.compile(
    r"prop|stick|sword|staff|spear|ball|racket|racquet|bat$|gun|rifle|pistol|club|tool|object|box|"
    r"rigid|knife|shield|cup|phone|camera|chair|table|cane|pole|bar$|baton|broom|hammer|axe"
)
"""What names say of props, as names are compared (see `layouts.names`)."""
_BODY_NAME: Final = re.compile(
    r"hand|finger|thumb|knuckle|pinky|palm|wrist|face|mouth|lip|brow|jaw|chin|eye|nose|cheek"
)
"""What names say of hands and faces, whose points are no props though they move as one."""
_LIMB_PREFIX: Final = re.compile(
    r"arm|leg|thigh|shank|foot|head|pelvi|trunk|torso|chest|hand|hip|back$|body|upper|lower|spine|"
    r"shoulder|scapula|skeleton|person|actor|subject|player"
)
"""Prefixes that name a limb's cluster or somebody, not a thing."""
_FRAME_ENDS: Final = frozenset("OALP")
"""The last letters of the four points by which models write a segment's frame: origin, anterior,
lateral, proximal (LFEO, LFEA, LFEL, LFEP)."""


@dataclass(frozen=True)
class PropTracks:
    """name: what the tracks' names share, else "Prop 1", "Prop 2" … tracks: their indices."""

    name: str
    tracks: tuple[int, ...]


def find_props(
    positions: Floats, names: Sequence[str], body: dict[int, int], taken: Collection[str] = ()
) -> tuple[PropTracks, ...]:
    """The props of a take, those with most tracks first.

    Args:
        positions: (T, K, 3) metres, any axis up, NaN where unseen.
        names: of the K tracks.
        body: track → joint of the tracks that the body uses.
        taken: names that props may not have.
    """
    others = [k for k in range(len(names)) if k not in body]
    if len(others) < LEAST_TRACKS:
        return ()
    used = sorted(body)
    between = distances(positions[:, [*others, *used]])
    size = len(others)
    groups = rigid_groups(Distances(between.usual[:size, :size], between.slack[:size, :size]))
    joints = np.array([body[k] for k in used], dtype=np.intp)
    shared = _prefixes([names[k] for k in used])
    found: list[tuple[int, ...]] = []
    for group in groups:
        called: list[str] = [names[others[int(k)]] for k in group]
        if _is_no_prop(called) or not _moves_alone(group, size, between):
            continue
        if _says_prop(called, shared) or not _is_on_a_limb(group, size, joints, between):
            found.append(tuple(others[k] for k in group.tolist()))
    return named(sorted(found, key=len, reverse=True), names, taken)


def _moves_alone(group: NDArray[np.intp], size: int, between: Distances) -> bool:
    """Whether enough of the group's distances are known at all."""
    return bool(np.isfinite(between.usual[np.ix_(group, group)]).sum() > len(group))


def _is_on_a_limb(
    group: NDArray[np.intp], size: int, joints: NDArray[np.intp], between: Distances
) -> bool:
    """Whether each track of a group is fixed to tracks of the body beside it, not the hands'."""
    if not len(joints):
        return False
    usual, slack = between.usual[group, size:], between.slack[group, size:]
    fixed = (slack < _FIXED) & (usual < _BESIDE)
    if not fixed.any(axis=1).all():
        return False
    return not set(joints[fixed.any(axis=0)].tolist()) <= _HANDS


def _says_prop(called: Sequence[str], shared: frozenset[str]) -> bool:
    """Whether names say that tracks are a prop: a word for one, or a prefix of their own that
    names no limb."""
    if all(_PROP_NAME.search(plain(_prefix(n) + n)) for n in called):
        return True
    prefixes = {_prefix(n) for n in called}
    if len(prefixes) != 1 or "" in prefixes or not shared or prefixes & shared:
        return False
    return not _LIMB_PREFIX.search(plain(prefixes.pop()))


def _is_no_prop(called: Sequence[str]) -> bool:
    """Whether names say that tracks are of hands or faces, or write a segment's frame."""
    short = [plain(n) for n in called]
    if 2 * sum(bool(_BODY_NAME.search(n)) for n in short) > len(short):
        return not all(_PROP_NAME.search(plain(_prefix(n) + n)) for n in called)
    last = [n.rpartition(":")[2].strip() for n in called]
    stems = {(n[:-1], n[-1:].upper()) for n in last}
    framed = [s for s, end in stems if end in _FRAME_ENDS and len(s) >= 2]
    return any(framed.count(s) >= LEAST_TRACKS for s in framed)


def _prefix(name: str) -> str:
    """ "Sword" of "Sword:Marker1" and "Sword|Marker1"."""
    found = re.fullmatch(r"(.+)[:|][^:|]+", name)
    return found[1] if found else ""


def _prefixes(called: Sequence[str]) -> frozenset[str]:
    return frozenset(_prefix(n) for n in called)


def named(
    groups: Sequence[tuple[int, ...]], names: Sequence[str], taken: Collection[str] = ()
) -> tuple[PropTracks, ...]:
    """Groups of tracks with names, all different."""
    used, found = set(taken), list[PropTracks]()
    for number, group in enumerate(groups, 1):
        name = _common([names[k] for k in group]) or f"Prop {number}"
        again = 2
        unique = name
        while unique in used:
            unique, again = f"{name} {again}", again + 1
        used.add(unique)
        found.append(PropTracks(unique, group))
    return tuple(found)


def _common(called: Sequence[str]) -> str:
    """What names share: their prefix, else how they begin, if that is a word of three letters."""
    prefixes = {_prefix(n) for n in called}
    if len(prefixes) == 1 and "" not in prefixes:
        return re.split(r"[:|]", prefixes.pop())[-1].strip()
    first, last = min(called), max(called)
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    word = re.sub(r"[\W\d_]+$", "", re.split(r"[:|]", first[:same])[-1]).strip()
    vague = re.fullmatch(
        r"[*#]*|points?|unlabell?ed|unnamed|unknown|markers?|[a-z]|l|r", word, re.I
    )
    return "" if vague or len(word) < 3 else word


def apart_from_body(between: Distances) -> tuple[NDArray[np.intp], ...]:
    """Rigid groups that are no part of the largest body of tracks: nowhere near it, or moving
    freely beside it.

    Tracks of one body hang together: each has neighbours within 0.6 m whose distance hardly
    changes. A rigid group outside the largest such body is a prop that nobody holds.

    Args:
        between: distances of all tracks, in metres.
    """
    groups = rigid_groups(between)
    linked = (between.usual < _LINKED) & (between.slack < _LINK_SLACK)
    body = _largest(linked)
    return tuple(g for g in groups if not body[g].any())


def _largest(linked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(K,) the largest set of tracks that hang together."""
    free = np.ones(len(linked), dtype=bool)
    best = np.zeros(len(linked), dtype=bool)
    while free.any():
        inside = np.zeros(len(linked), dtype=bool)
        inside[int(np.argmax(free))] = True
        while True:
            more = (linked[inside].any(axis=0) & free) | inside
            if (more == inside).all():
                break
            inside = more
        free &= ~inside
        if inside.sum() > best.sum():
            best = inside
    return best


def told(prop: PropTracks) -> str:
    """ "4 tracks move as one rigid body: prop Stick"."""
    return f"{len(prop.tracks)} tracks move as one rigid body: prop {prop.name}"
