# SPDX-License-Identifier: GPL-3.0-or-later
"""A right result is called good; wrong ones are not, and the reasons say what is wrong."""

import json
from dataclasses import replace

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.body.body import default_body
from lsmplify_core.evaluation.faults import FAULTS
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import Motion
from lsmplify_core.pipeline import Solution, judged_again, solve
from lsmplify_core.tracks.tracks import Tracks
from lsmplify_core.verdict import CHECK, DO_NOT_USE, GOOD
from lsmplify_core.verdict.evidence import Measure
from lsmplify_core.verdict.grading import graded
from lsmplify_core.verdict.records import is_verdict


def clean(frames: int = 90) -> Tracks:
    return tracks_of(strolling(frames, 30.0, seed=3))


def codes(solution: Solution) -> set[str]:
    assert solution.verdict is not None
    return {r.code for r in solution.verdict.reasons}


def grade(tracks: Tracks) -> str:
    return solve(tracks).report["verdict"]["grade"]


@pytest.mark.parametrize("noise", [0.0, 0.01])
@pytest.mark.parametrize("seed", [0, 1])
def test_right_results_are_good(noise: float, seed: int) -> None:
    tracks = tracks_of(strolling(90, 30.0, seed))
    random = np.random.default_rng(seed)
    noisy = replace(
        tracks, positions=tracks.positions + noise * random.standard_normal((90, 25, 3))
    )
    solution = solve(noisy)
    assert solution.report["verdict"] == {"grade": GOOD, "reasons": []}
    assert not any(is_verdict(w) for w in solution.report["warnings"])


@pytest.mark.parametrize(
    "fault",
    ["other order", "two people", "velocities", "angles", "random points", "mixed names",
     "names by frame", "one coordinate"],
)  # fmt: skip
def test_garbage_under_good_names_is_not_to_be_used(fault: str) -> None:
    other = tracks_of(waving(90))
    spoilt = FAULTS[fault](clean(), load_layout("BODY_25"), other, np.random.default_rng(1))
    solution = solve(spoilt)
    assert solution.report["verdict"]["grade"] == DO_NOT_USE
    assert "not to be trusted" in solution.report["warnings"][0]


@pytest.mark.parametrize(
    "fault",
    [
        "people in turn",
        "mirrored",
        "exchanged sides",
        "exchanged span",
        "held all",
        "lost all",
        "wrong unit",
    ],
)
def test_faults_that_leave_a_smooth_motion_are_seen_too(fault: str) -> None:
    take = replace(clean(), mirror_given=True)  # unasked, mirror images are put right
    spoilt = FAULTS[fault](take, load_layout("BODY_25"), clean(), np.random.default_rng(1))
    assert grade(spoilt) != GOOD


def test_someone_who_lies_all_the_time_is_to_be_checked() -> None:
    solution = solve(replace(clean(), up="+x", up_given=True))
    assert "lying" in codes(solution)


def test_a_person_of_four_metres_is_to_be_checked() -> None:
    solution = solve(replace(clean(), unit=2.5, unit_given=True))
    assert "too-tall" in codes(solution)


def test_reasons_have_a_code_a_sentence_and_a_number_in_the_report() -> None:
    solution = solve(replace(clean(), unit=2.5, unit_given=True))
    verdict = json.loads(json.dumps(solution.report))["verdict"]
    (reason,) = [r for r in verdict["reasons"] if r["code"] == "too-tall"]
    assert set(reason) == {"code", "text", "value"}
    assert reason["value"] == pytest.approx(2.5 * 1.64, abs=0.1)
    assert f"{reason['value']:.1f}" in reason["text"]
    assert not reason["text"].endswith(".")


def test_a_changed_motion_is_judged_again() -> None:
    solution = solve(clean())
    fast = replace(solution.motion, root=solution.motion.root * 400.0)
    again = judged_again(solution, fast, solution.report)
    assert again.report["verdict"]["grade"] == DO_NOT_USE
    assert "speed" in codes(again)
    back = judged_again(again, solution.motion, again.report)
    assert back.report["verdict"]["grade"] == GOOD
    assert back.report["warnings"] == solution.report["warnings"]


def test_one_frame_is_judged_without_a_fault() -> None:
    one = solve(replace(clean(), positions=clean().positions[:1]))
    assert one.report["verdict"]["grade"] in (GOOD, CHECK)


def test_no_measure_at_all_is_good() -> None:
    assert graded({}).grade == GOOD
    assert graded({"stature": Measure(0.2)}).grade == DO_NOT_USE


def test_small_people_are_people() -> None:
    child = default_body().scaled(np.full(24, 0.62))
    motion = strolling(60, 30.0, 2)
    motion = Motion(motion.rotations, 0.62 * motion.root, 30.0, child)
    tracks = replace(tracks_of(motion), unit=1.0, unit_given=True)
    assert grade(tracks) == GOOD


def test_half_a_person_under_a_unit_that_was_set_is_to_be_checked() -> None:
    assert "small-by-unit" in codes(solve(replace(clean(), unit=0.5, unit_given=True)))


def test_a_stretched_space_is_seen_and_a_turned_one_is_not() -> None:
    wide = solve(replace(clean(), positions=clean().positions * [1.0, 1.0, 0.5625], unit=None))
    assert "stretched" in codes(wide)
    turn = np.array([[0.6, -0.8, 0.0], [0.8, 0.6, 0.0], [0.0, 0.0, 1.0]])
    turned = solve(replace(clean(), positions=clean().positions @ turn.T))
    assert "stretched" not in codes(turned)


def test_a_mirror_image_that_was_put_right_is_to_be_checked_until_somebody_says_so() -> None:
    left_handed = replace(clean(), positions=clean().positions * [-1.0, 1.0, 1.0])
    assert codes(solve(left_handed)) == {"mirrored"}
    said = replace(clean(), mirror_given=True)
    assert grade(said) == GOOD


@pytest.mark.parametrize("fault", ["mirrored", "exchanged sides"])
def test_a_marker_on_one_side_says_what_was_exchanged(fault: str) -> None:
    take = tracks_of(strolling(90, 30.0, seed=3), "CMU_41")
    layout = load_layout("CMU_41")
    spoilt = FAULTS[fault](take, layout, take, np.random.default_rng(1))
    expected = {"names-exchanged"} if fault == "exchanged sides" else set[str]()
    assert codes(solve(spoilt)) == expected


def test_an_axis_that_the_user_calls_up_is_held_against_the_body() -> None:
    assert "up-against" in codes(solve(replace(clean(40), up="-y", up_given=True)))
    assert grade(replace(clean(40), up="+z", up_given=True)) == GOOD


def test_where_nobody_stands_and_nothing_is_said_up_is_a_guess() -> None:
    bent = clean()
    random = np.random.default_rng(0)
    tumbling = bent.positions.copy()
    for t in range(len(tumbling)):  # a body that turns over and over in the air
        axis = random.standard_normal(3)
        middle = tumbling[t].mean(axis=0)
        q, _ = np.linalg.qr(np.stack([axis, random.standard_normal(3), random.standard_normal(3)]))
        tumbling[t] = (tumbling[t] - middle) @ (q * np.sign(np.linalg.det(q))) + middle
    solution = solve(replace(bent, positions=tumbling, up=None))
    assert "up-guessed" in codes(solution)
