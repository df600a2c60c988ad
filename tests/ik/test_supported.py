# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of the convention a take supports, on takes that answer with distances of their own; and
where markers lie on bones that were turned."""

from dataclasses import replace

import numpy as np
import pytest

from lsmplify_core.anatomy.convention import DEFAULT, Convention
from lsmplify_core.body.body import default_body
from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.ik.convention import supported
from lsmplify_core.ik.convention.convention_take import ConventionTake
from lsmplify_core.ik.convention.fit import Fit
from lsmplify_core.ik.convention.skin_places import (
    _carried,
    places_on_turned,
    sampled,
    track_distance,
)
from lsmplify_core.ik.convention.supported import (
    SupportedFit,
    _fallbacks,
    _first_supported,
    _most,
    _worst,
    shown_turns,
    supported_convention,
)
from lsmplify_core.ik.refinement.gauss_newton import PoseSequence
from tests.ik.observed import observations

BODY = default_body()
KNEES = tuple(b for b in supported._BOUNDS if b is not None)


def _shown(*names: str):
    found = np.zeros(24, bool)
    found[[JOINT_INDEX[n] for n in names]] = True
    return found


def _poses(frames: int = 3, **vectors):
    turns = np.zeros((frames, 24, 3))
    for name, vector in vectors.items():
        turns[:, JOINT_INDEX[name]] = vector
    return PoseSequence(axis_angle_to_matrix(turns), np.zeros((frames, 3)))


class _Take(ConventionTake):
    """A take whose distances, and those after each step, are told."""

    def __init__(self, before: float, after: dict[Convention, list[float]]) -> None:
        fit = Fit(_poses(), observations(_poses(), ["L_Knee"], [[0.1, 0, 0]]),
                  np.zeros(1, bool), before)  # fmt: skip
        super().__init__(fit, np.zeros((3, 22)), 30.0, 0.0, 0.0)
        object.__setattr__(self, "after", after)

    def turned(self, convention: Convention, fit: Fit | None = None) -> Fit:
        errors = self.after.get(convention, [9.0])  # type: ignore[attr-defined]
        at = 0 if fit is None else errors.index(fit.error) + 1
        return replace(self.fit, error=errors[min(at, len(errors) - 1)])

    def stepped(self, fit: Fit, convention: Convention) -> Fit:
        return fit


@pytest.mark.parametrize(
    ("before", "legs", "most"),
    [(0.01, True, 0.0105), (0.01, False, 0.011), (0.0009, True, 0.0009 * 1.02),
     (0.0011, True, 0.0011 * 1.05)],
)  # fmt: skip
def test_the_convention_may_cost_a_twentieth_a_tenth_without_legs(before, legs, most) -> None:
    """And a fiftieth where markers are a millimetre from their places."""
    assert _worst(before, Convention(legs=legs)) == pytest.approx(most)


def test_the_first_that_is_supported_is_taken() -> None:
    less = replace(DEFAULT, knees=KNEES[0])
    least = replace(DEFAULT, knees=KNEES[1])
    take = _Take(0.01, {DEFAULT: [0.02], less: [0.0101], least: [0.01]})
    found = _first_supported(take, _fallbacks(DEFAULT))
    assert found is not None
    assert found.convention == less
    assert _first_supported(_Take(0.01, {}), _fallbacks(DEFAULT)) is None


@pytest.mark.parametrize(
    ("errors", "supports", "steps"),
    [
        ([0.0104], True, 0),
        ([0.0106], False, None),
        ([0.0110, 0.0104], True, 1),
        ([0.0140, 0.0115, 0.0110, 0.0108, 0.0107, 0.0106, 0.0104], True, 6),
        ([0.0150, 0.0120, 0.0114, 0.0111, 0.0109, 0.0107, 0.0106, 0.0104], False, None),
        ([0.0140, 0.0130, 0.0104], False, None),  # later steps gain 1.5 times the first at most
        ([0.0140, 0.0110, 0.0109, 0.0104], True, 3),  # and after that four times the last
        ([0.0140, 0.0120, 0.01195, 0.0104], False, None),
        ([0.0110, 0.01099, 0.0104], False, None),  # a step that gains a thousandth is the last
        ([0.0104, 0.0103], True, 1),  # steps go on while it is worse than before
        ([0.0100, 0.0090], True, 0),
    ],
)
def test_up_to_six_steps_bring_a_take_to_its_tracks(errors, supports: bool, steps) -> None:
    """10 mm before; a twentieth more may be left."""
    found = _first_supported(_Take(0.01, {DEFAULT: errors}), iter((DEFAULT,)))
    assert (found is not None) == supports
    assert (None if found is None else len(found.step_offsets)) == steps


def test_steps_on_a_part_of_a_take_end_as_soon_as_it_is_supported() -> None:
    take = _Take(0.01, {DEFAULT: [0.0110, 0.0104, 0.0102]})
    ends = [_first_supported(take, iter((DEFAULT,)), enough=e) for e in (False, True)]
    assert [None if e is None else len(e.step_offsets) for e in ends] == [2, 1]


def test_all_of_a_take_is_brought_into_what_a_part_supports_and_nothing_else_is_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the part does by a hair and the take does not, no other bound is stepped on it."""
    poses = _poses(24, L_Hip=[0.0, 0.4, 0.0], L_Knee=[0.6, 0.0, 0.0])
    fit = Fit(poses, observations(poses, ["L_Knee"], [[0.1, 0.0, 0.0]]), np.ones(1, bool), 1e-5)
    take = ConventionTake(fit, np.full((24, 22), 0.1), 120.0, 0.01, 0.04)
    tried: list[Convention] = []
    brought = supported._brought
    monkeypatch.setattr(
        supported, "_brought", lambda t, c, *more: (tried.append(c), brought(t, c, *more))[1]
    )
    places = np.array(take.fit.observed.offsets)
    found = supported._whole(take, SupportedFit(DEFAULT, take.fit, (places,)))
    assert found.convention == DEFAULT
    assert tried == [DEFAULT]
    assert len(found.fit.poses.root) == 24


@pytest.mark.parametrize(("error", "kept"), [(0.013, True), (0.0135, False)])
def test_the_convention_of_another_take_is_kept_a_quarter_longer(error: float, kept: bool) -> None:
    """1.25 times 1.05."""
    prior = replace(DEFAULT, knees=KNEES[-1])
    take = _Take(0.01, {prior: [error], DEFAULT: [0.0101]})
    take.fit.known[:] = True  # places that are given: no rest offsets are looked for
    found = supported_convention(take, _shown("L_Hip"), prior)
    assert found is not None
    assert found.convention == (prior if kept else DEFAULT)


@pytest.mark.parametrize(
    ("shown", "lacking"),
    [(("Spine2",), "spine"), (("Spine1",), "spine"), (("Neck",), "neck"),
     (("R_Collar",), "collars"), ((), "")],
)  # fmt: skip
def test_what_points_show_of_the_trunk_is_left_as_it_is(shown, lacking: str) -> None:
    chosen = _most(_Take(0.01, {}), _shown(*shown))
    off = {n for n in ("spine", "neck", "collars", "arms", "legs") if not getattr(chosen, n)}
    assert off == ({lacking} if lacking else set())


@pytest.mark.parametrize(
    ("frames", "rate", "few", "step"),
    [(160, 30.0, 160, 1), (180, 30.0, 30, 6), (6000, 30.0, 300, 20), (161, 7.0, 161, 1),
     (400, 10.0, 200, 2)],
)  # fmt: skip
def test_five_frames_a_second_are_looked_at_300_at_the_most(frames, rate, few, step) -> None:
    poses = _poses(frames)
    fit = Fit(poses, observations(poses, ["L_Knee"], [[0.1, 0, 0]]), np.zeros(1, bool), 0.01)
    found = ConventionTake(fit, np.zeros((frames, 22)), rate, 0.0, 0.1).few()
    assert len(found.expected) == len(found.fit.poses.root) == few
    assert found.stand_for == step
    assert found.rate == pytest.approx(rate / step)


def test_points_on_the_skin_show_how_a_bone_turns_about_itself() -> None:
    """More than 3 cm off its line; the pelvis, hands and feet don't count, nor what is unseen."""
    poses = _poses()
    offsets = []
    for name, off in (("L_Ankle", 0.031), ("R_Ankle", 0.029)):
        along = BODY.offsets[JOINT_INDEX[name]]
        side = np.cross(along, [0.0, 0.0, 1.0])
        offsets.append(0.4 * along + off * side / np.linalg.norm(side))
    offsets += [[0.2, 0.2, 0.2], [0, 0.2, 0.2]]
    joints = ["L_Knee", "R_Knee", "Pelvis", "L_Elbow"]
    observed = observations(poses, joints, offsets)
    observed.weights[:, 3] = 0.0
    assert np.flatnonzero(shown_turns(observed)).tolist() == [JOINT_INDEX["L_Knee"]]


# --- where markers lie -------------------------------------------------------------------------


@pytest.mark.parametrize(("frames", "step"), [(600, 1), (601, 2), (1200, 2), (1201, 3), (1, 1)])
def test_a_sample_is_of_600_frames_at_the_most(frames: int, step: int) -> None:
    assert sampled(frames).step == step
    assert sampled(10, 3).step == 4


def test_the_mean_distance_of_what_is_seen() -> None:
    poses = _poses(4)
    observed = observations(poses, ["Head", "Pelvis"], [[0.0, 0.1, 0], [0.1, 0, 0]])
    assert track_distance(poses, observed) == pytest.approx(0.0, abs=1e-12)
    observed.points[:, 0, 2] += 0.03
    observed.points[:, 1, 2] += 0.01
    assert track_distance(poses, observed) == pytest.approx(0.02)
    observed.weights[:, 1] = 0.0
    assert track_distance(poses, observed) == pytest.approx(0.03)
    observed.weights[:] = 0.0
    assert track_distance(poses, observed) == 0.0


@pytest.mark.parametrize(("frames", "stand_for"), [(60, 1), (30, 2), (6, 1)])
def test_markers_go_to_their_tracks_the_more_frames_say_so(frames: int, stand_for: int) -> None:
    """The elbow is turned by half a radian about X; the marker stays where it was in the world. 20
    frames count half. A known place stays."""
    old, new = _poses(frames), _poses(frames, L_Elbow=[0.5, 0, 0])
    offset = np.array([0.1, 0.05, 0.0])
    observed = observations(old, ["L_Elbow", "L_Elbow"], [offset, offset])
    observed.points[:, :, 1] += 0.01
    places, distance = places_on_turned(old, new, observed, np.array([False, True]), stand_for)
    back = axis_angle_to_matrix(np.array([-0.5, 0.0, 0.0]))
    carried, middle = back @ offset, back @ np.add(offset, [0, 0.01, 0])
    share = frames * stand_for / (frames * stand_for + 20.0)
    np.testing.assert_allclose(places[0], carried + share * (middle - carried), atol=1e-9)
    np.testing.assert_allclose(places[1], offset)
    off = [np.linalg.norm(middle - p) for p in places]
    assert distance == pytest.approx(np.mean(off))


@pytest.mark.parametrize(("angle", "moves"), [(0.002, False), (0.004, True)])
def test_markers_that_hardly_move_stay(angle: float, moves: bool) -> None:
    """0.3 mm of a marker 10 cm off the axis."""
    old, new = _poses(40), _poses(40, L_Elbow=[angle, 0, 0])
    observed = observations(old, ["L_Elbow"], [[0.05, 0.1, 0.0]])
    places, _ = places_on_turned(old, new, observed, np.zeros(1, bool))
    assert (np.abs(places[0] - [0.05, 0.1, 0.0]).max() > 1e-5) == moves


def test_points_are_carried_to_the_mean_of_the_frames_that_show_them() -> None:
    """Half of the frames are turned by a quarter about Z; only those are seen."""
    before, after = np.tile(np.eye(3), (4, 24, 1, 1)), np.tile(np.eye(3), (4, 24, 1, 1))
    after[2:, :] = axis_angle_to_matrix(np.array([0.0, 0.0, np.pi / 2]))
    still = np.zeros((4, 24, 3))
    observed = observations(_poses(4), ["Head"], [[0.1, 0.0, 0.0]])
    seen = np.array([[False], [False], [True], [True]])
    carried, moved = _carried((before, still), (after, still), observed, seen)
    np.testing.assert_allclose(carried[0], [0.0, -0.1, 0.0], atol=1e-12)
    assert moved[0] == pytest.approx(0.1)  # √(½ · 2 · 0.1²)


def test_points_stay_where_they_are_when_a_joint_is_moved_away() -> None:
    """The joint goes 2 cm along X, so that the point lies 2 cm back in its frame."""
    upright = np.tile(np.eye(3), (4, 24, 1, 1))
    still, gone = np.zeros((4, 24, 3)), np.tile([0.02, 0.0, 0.0], (4, 24, 1))
    observed = observations(_poses(4), ["Head"], [[0.1, 0.0, 0.0]])
    carried, moved = _carried((upright, still), (upright, gone), observed, np.ones((4, 1), bool))
    np.testing.assert_allclose(carried[0], [0.08, 0.0, 0.0], atol=1e-12)
    assert moved[0] == pytest.approx(0.02)
