# SPDX-License-Identifier: GPL-3.0-or-later
"""What is a prop and what is a limb, with and without names."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from prop_takes import moved
from takes import tracks_of, waving

from lsmplify_core.geometry.kinematics import forward
from lsmplify_core.geometry.rotations import angle_between
from lsmplify_core.motion.motion import Motion, load_motion
from lsmplify_core.pipeline import solve
from lsmplify_core.props.find import find_props
from lsmplify_core.props.rigid_groups import distances, rigid_groups
from lsmplify_core.tracks.tracks import Tracks
from lsmplify_core.unnamed.assigning import matched
from lsmplify_core.unnamed.attach import attach

MOTION = waving(120)
NOISE = 0.001
WALK = Path(__file__).resolve().parents[3] / "shared/motion/test/cmu/02_01.npz"


def walking() -> Motion:
    """A real walk."""
    if not WALK.is_file():
        pytest.skip("needs ../shared/motion")
    return load_motion(WALK)


def take(
    shape: str, how: str, names: str = "Stick{}", layout: str = "CMU_41", motion: Motion = MOTION
) -> Tracks:
    """Somebody with markers, and a prop's markers after them."""
    body = tracks_of(motion, layout)
    points = moved(motion, shape, how).points()
    positions = np.concatenate((body.positions, points), axis=1)
    positions += NOISE * np.random.default_rng(3).normal(size=positions.shape)
    called = [names.format(i) for i in range(points.shape[1])]
    return replace(body, positions=positions, names=(*body.names, *called))


def nameless(tracks: Tracks) -> Tracks:
    return replace(tracks, names=tuple(f"M{i:02d}" for i in range(len(tracks.names))))


@pytest.mark.parametrize("how", ["held", "fixed", "both", "floor", "thrown"])
@pytest.mark.parametrize("shape", ["stick 3", "stick 4", "racket 5", "box 6"])
def test_a_prop_beside_named_markers_is_told(shape: str, how: str) -> None:
    tracks = take(shape, how)
    told, match = matched(tracks)
    count = len(tracks.names) - 41
    assert match.props == (tuple(range(41, 41 + count)),)
    assert f"{count} tracks move as one rigid body: prop Stick" in told.warnings
    assert not any("not used for the body" in w for w in told.warnings)


@pytest.mark.parametrize("names", ["*{}", "Unlabelled {}", "M{}"])
def test_a_prop_need_not_be_named(names: str) -> None:
    told, match = matched(take("stick 4", "held", names))
    assert len(match.props) == 1
    assert "prop Prop 1" in told.warnings[-1]


@pytest.mark.parametrize("shape", ["stick 3", "stick 4"])
@pytest.mark.parametrize("how", ["held", "fixed", "floor", "thrown"])
def test_a_nameless_take_is_solved_without_its_prop(shape: str, how: str) -> None:
    tracks = nameless(take(shape, how, motion=walking()))
    match = attach(tracks).match
    assert len(match.props) == 1
    props = set(match.props[0])
    used = {t for _, t in match.matched}
    assert used >= set(range(41)), "a limb was left out"
    assert len(props & set(range(41, len(tracks.names)))) >= 2
    assert len(used) <= 42, "the prop is in the body's solve"


def test_a_box_in_both_hands_is_no_limb() -> None:
    match = attach(nameless(take("box 6", "both", motion=walking()))).match
    assert len(match.props) == 1
    assert set(match.props[0]) <= set(range(41, 47))
    assert {t for _, t in match.matched} >= set(range(41)), "a limb was left out"


@pytest.mark.parametrize("layout", ["CMU_41", "Vicon_53", "OptiTrack_Baseline_41"])
def test_limbs_are_no_props(layout: str) -> None:
    body = tracks_of(MOTION, layout)
    noise = NOISE * np.random.default_rng(0).normal(size=body.positions.shape)
    body = replace(body, positions=body.positions + noise)
    groups = rigid_groups(distances(body.positions))
    assert len(groups) >= 4, "nothing to be mistaken for a prop"
    assert attach(nameless(body)).match.props == ()
    assert matched(body)[1].props == ()


def test_wrists_are_right_with_a_stick_in_a_nameless_take() -> None:
    """Before, the network took the stick for a part of the arm."""
    motion = walking()
    tracks = nameless(take("stick 4", "held", motion=motion))
    wrists = []
    for some in (tracks, tracks.select(list(range(41)))):
        found = solve(some, layout="none").motion
        off = found.rotations[:, [20, 21]], motion.rotations[:, [20, 21]]
        wrists.append(np.degrees(np.asarray(angle_between(*off))).mean(axis=0))
    assert wrists[0][1] < wrists[1][1] + 3.0


def test_points_computed_on_a_limb_are_no_prop() -> None:
    turned, at = forward(MOTION.rotations, MOTION.body.offsets, MOTION.root)

    def on(joint: int, *offset: float) -> np.ndarray:
        return at[:, joint] + turned[:, joint] @ np.array(offset)

    limb = [on(1, 0.05, -0.1, 0.05), on(1, -0.05, -0.3, 0.0), on(4, 0.0, -0.02, 0.05)]
    extra = [on(1, 0.0, -0.2 + 0.1 * i, 0.08 * (i % 2)) for i in range(4)]
    positions = np.stack([*limb, *extra], axis=1)
    body = {0: 1, 1: 1, 2: 4}
    for names in ("*{}", "Cluster{}"):
        called = ["LTHI", "LKNE", "LSHN", *(names.format(i) for i in range(4))]
        assert find_props(positions, called, body) == ()
    framed = ["LTHI", "LKNE", "LSHN", "LFEO", "LFEA", "LFEL", "LFEP"]
    far = positions.copy()
    far[:, 3:] += 2.0 * np.arange(len(far))[:, None, None] / len(far)
    assert find_props(far, framed, body) == ()
    assert len(find_props(far, ["LTHI", "LKNE", "LSHN", "*1", "*2", "*3", "*4"], body)) == 1
    word = ["LTHI", "LKNE", "LSHN", *(f"Holster_prop{i}" for i in range(4))]
    assert [p.name for p in find_props(positions, word, body)] == ["Holster_prop"]


def test_fingers_and_faces_are_no_props() -> None:
    tracks = take("stick 4", "held", "LeftHandFinger{}")
    assert matched(tracks)[1].props == ()


def test_two_props_have_two_names() -> None:
    first, second = take("stick 4", "held", "Sword:{}"), take("racket 5", "floor", "Sword:b{}")
    positions = np.concatenate((first.positions, second.positions[:, 41:]), axis=1)
    both = replace(first, positions=positions, names=(*first.names, *second.names[41:]))
    told, match = matched(both)
    assert len(match.props) == 2
    assert {w.rpartition("prop ")[2] for w in told.warnings} == {"Sword", "Sword 2"}
