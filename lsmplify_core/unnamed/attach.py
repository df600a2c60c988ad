# SPDX-License-Identifier: GPL-3.0-or-later
"""From nameless tracks to a layout of their own: the network's word, then what the solved body
says.

The network for nameless points gives each track a joint and a place on it. A calibration with loose
offsets poses a body under them; a track then goes to the joint in whose frame it moves least, and
its place there is measured.
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.skeleton import MIRROR
from ..layouts.layout import Keypoint, Layout, keypoints_at
from ..layouts.matching import Match, is_a_body, match_as_named, match_layout
from ..props.find import apart_from_body
from ..props.rigid_groups import distances
from ..runtime.errors import InputError
from ..runtime.threads import thread_pool
from ..tracks.tracks import Tracks
from ..tracks.units_and_axes import converted
from .carried import PosedTracks, carried_prop
from .fit import fit_layout, reassigned
from .guess import JointLabels, guess_points, guess_unit, guess_world

LEAST_TRACKS: Final = 20
"""Fewer nameless points do not tell a body's parts apart."""
_SEEN: Final = 0.15
"""Share of the frames that a track is seen in at least."""
_LOOSE: Final = (3.0, 2.0)
"""Times the usual spread of offsets, pass by pass."""
_MOST_CARRIED: Final = 4
"""Props that are looked for in the body's hands."""
_LEAST_FRAMES: Final = 30
"""Frames that tell a prop from a limb: in fewer much keeps its distance by chance, and each of many
groups would be tried in vain."""


@dataclass(frozen=True)
class Attached:
    """match: a layout made for these tracks, named "unnamed". tracks: with the unit found, and the
    up axis where the file says none (what it says is held against the body as for any file).
    certainty: 0 to 1, the network's mean. warnings: sentences."""

    match: Match
    tracks: Tracks
    certainty: float
    warnings: tuple[str, ...]


def attach(tracks: Tracks, known: Layout | None = None) -> Attached:
    """Find the joint that carries each track, and where on it.

    known: keypoints of some of the tracks, which are believed. Raises InputError where there are
    too few tracks, or where they do not move as a body does.
    """
    with thread_pool():
        return _attached(tracks, known)


def _attached(tracks: Tracks, known: Layout | None) -> Attached:
    share = tracks.seen.mean(axis=0)
    used = np.flatnonzero(share >= _SEEN * max(float(share.max()), 1e-6))
    left = len(tracks.names) - len(used)
    given = {} if known is None else _given(tracks, known)
    used, props = _without_props(tracks, used, given)
    if len(used) < LEAST_TRACKS:
        raise InputError(
            f"{tracks.source}: {len(used)} tracks without names are too few to tell which part of "
            f"the body each is on (it takes {LEAST_TRACKS}); rename them or give a layout file"
        )
    world = guess_world(tracks.select(used))
    own = {int(np.flatnonzero(used == t)[0]): k for t, k in given.items() if t in used}
    posed = _posed(converted(tracks.select(used), world), own)
    for _ in range(_MOST_CARRIED if tracks.frames >= _LEAST_FRAMES else 0):
        found = carried_prop(posed, partial(_posed_part, posed, own), set(own))
        if found is None or len(found.kept) < LEAST_TRACKS:
            break
        props.append(tuple(used[found.prop].tolist()))
        used, posed, own = used[found.kept], found.posed, _among(own, found.kept)
    layout = reassigned(posed.fit, own)
    layout = reassigned(fit_layout(posed.tracks, layout, _LOOSE[1]), own)
    unit = tracks.unit if tracks.unit_given else world.unit
    told = replace(tracks, unit=unit, up=tracks.up or world.up)
    match = _checked(told, layout)
    certainty = float(posed.labels.certainty.mean())
    warnings = (
        f"the tracks' names match no layout; {len(used)} tracks were given to joints by how they "
        f"move (certainty {certainty:.0%}): check the result, above all left and right"
        + (f"; {left} that are hardly ever seen were left out" if left else ""),
    )
    evidence = f"{len(used)} tracks given to joints by how they move, certainty {certainty:.0%}"
    return Attached(
        replace(match, evidence=evidence, certainty=certainty, props=tuple(props)),
        told, certainty, warnings,
    )  # fmt: skip


def _posed(placed: Tracks, own: dict[int, Keypoint]) -> PosedTracks:
    """A body posed under tracks (metres, Z up) by the network's word. own: points of some."""
    guess = _with_given(guess_points(placed), own)
    layout = _layout(placed.names, guess)
    _checked(placed, layout)
    return PosedTracks(placed, guess, fit_layout(placed, layout, _LOOSE[0]))


def _posed_part(
    posed: PosedTracks, own: dict[int, Keypoint], kept: NDArray[np.intp]
) -> PosedTracks:
    return _posed(posed.tracks.select(kept), _among(own, kept))


def _among(own: dict[int, Keypoint], kept: NDArray[np.intp]) -> dict[int, Keypoint]:
    """Points by track, by the tracks' places among those that are kept."""
    return {i: own[k] for i, k in enumerate(kept.tolist()) if k in own}


def _without_props(
    tracks: Tracks, used: NDArray[np.intp], given: dict[int, Keypoint]
) -> tuple[NDArray[np.intp], list[tuple[int, ...]]]:
    """The tracks without rigid bodies that nobody holds, and these."""
    some = tracks.select(used)
    if len(used) < LEAST_TRACKS:
        return used, []
    groups = apart_from_body(distances(some.positions * guess_unit(some)))
    props = [used[g] for g in groups if set(used[g].tolist()).isdisjoint(given)]
    rest = np.setdiff1d(used, np.concatenate(props)) if props else used
    if len(rest) < LEAST_TRACKS:
        return used, []
    return rest, [tuple(p.tolist()) for p in props]


def _checked(tracks: Tracks, layout: Layout) -> Match:
    """The tracks' match, if it is of a body."""
    match = match_as_named(tracks.names, layout, "as they move")
    if not is_a_body(match):
        raise InputError(
            f"{tracks.source}: its {len(match.matched)} tracks do not move as the parts of a body "
            "do; name them or give a layout file"
        )
    return match


def _given(tracks: Tracks, known: Layout) -> dict[int, Keypoint]:
    """Track → keypoint of a layout that names some of the tracks."""
    match = match_as_named(tracks.names, known, "as said")
    if not match.score:
        match = match_layout(tracks.names, known, strict=False)
    return {t: known.keypoints[k] for k, t in match.matched}


def _with_given(guess: JointLabels, given: dict[int, Keypoint]) -> JointLabels:
    """Believe the tracks that are known; where these lie on the other side, all change sides."""
    if not given:
        return guess
    joints, offsets, certainty = guess.joints.copy(), guess.offsets.copy(), guess.certainty.copy()
    sided = [(t, k.joint) for t, k in given.items() if MIRROR[k.joint] != k.joint]
    same = sum(joints[t] == j for t, j in sided)
    other = sum(MIRROR[joints[t]] == j for t, j in sided)
    if other > same:
        joints = np.array(MIRROR)[joints]
        offsets = offsets * [-1.0, 1.0, 1.0]
    for track, keypoint in given.items():
        joints[track], offsets[track], certainty[track] = keypoint.joint, keypoint.offset, 1.0
    return JointLabels(joints, offsets, certainty)


def _layout(names: tuple[str, ...], guess: JointLabels) -> Layout:
    return Layout("unnamed", keypoints_at(names, guess.joints, guess.offsets))
