# SPDX-License-Identifier: GPL-3.0-or-later
"""The limits of the verdict: at which number each reason is said, in which unit, and how bad it is.

The numbers are those that `benchmarks/verdict.py` was run with; who moves one measures again.
"""

import pytest

from lsmplify_core.verdict import CHECK, DO_NOT_USE, GOOD
from lsmplify_core.verdict.evidence import Measure
from lsmplify_core.verdict.grading import graded
from lsmplify_core.verdict.limits import LIMITS
from lsmplify_core.verdict.records import is_verdict

TABLE = [
    ("track-error", "error", 0.035, 0.09, "35", False, "fit"),
    ("track-error-span", "error_window", 0.07, 0.4, "70", False, "fit"),
    ("far-track", "far_track", 0.07, None, "70", False, "fit"),
    ("far-frames", "far_share", 0.06, 0.5, "6.0", False, "fit"),
    ("beyond-noise", "beyond_noise", 8.0, None, "8.0", False, "fit"),
    ("bones", "bones", 0.4, 0.8, "40", False, "fit"),
    ("unsure", "doubt", 10.0, 20.0, "10", False, "pose"),
    ("unsure-span", "doubt_window", 24.0, None, "24", False, "pose"),
    ("marker-places", "displaced", 0.08, 0.2, "80", False, "places"),
    ("marker-place", "displaced_track", 0.35, None, "350", False, "places"),
    ("left-out", "left_out", 0.05, 0.3, "5.0", False, "places"),
    ("exchanged", "swap_seconds", 1.0, None, "1.0", False, "places"),
    ("proportions", "proportions", 0.12, 0.3, "12", False, "body"),
    ("too-small", "stature", 0.6, 0.3, "0.6", True, "body"),
    ("small-by-unit", "stature_said", 0.95, None, "0.95", True, "body"),
    ("stretched", "stretched", 0.42, None, "42", False, "body"),
    ("too-tall", "stature", 2.3, 3.5, "2.3", False, "body"),
    ("knees", "knees_back", 0.12, 0.4, "12", False, "joints"),
    ("knees-span", "knees_back_window", 0.25, None, "25", False, "joints"),
    ("past-straight", "knees_past", 15.0, None, "15", False, "joints"),
    ("elbows", "elbows_back", 0.2, None, "20", False, "joints"),
    ("feet", "feet_back", 0.3, None, "30", False, "joints"),
    ("head", "head_back", 0.02, None, "2.0", False, "joints"),
    ("twisted", "twisted", 100.0, None, "100", False, "joints"),
    ("crossed-legs", "legs_crossed", 0.2, None, "20", False, "joints"),
    ("walks-backwards", "walks_wrong", 0.5, None, "50", False, "joints"),
    ("speed", "pelvis_speed", 11.0, None, "11", False, "movement"),
    ("speed-often", "pelvis_fast", 0.03, 0.1, "3.0", False, "movement"),
    ("limb-speed", "limb_speed", 13.0, 25.0, "13", False, "movement"),
    ("flips", "flips", 0.04, 0.2, "4.0", False, "movement"),
    ("turn", "pelvis_turn", 110.0, None, "110", False, "movement"),
    ("leap", "leap", 0.12, 1.0, "120", False, "movement"),
    ("lying", "lying", 0.45, None, "45", False, ""),
    ("upside-down", "upside_down", 0.5, None, "50", False, ""),
    ("leaning", "off_balance", 0.26, None, "260", False, ""),
    ("off-its-feet", "off_its_feet", 15.0, None, "15", False, ""),
    ("sloping", "sloping", 5.0, None, "5.0", False, ""),
    ("floating", "floating", 2.5, None, "2.5", False, ""),
    ("no-data", "blind", 0.05, None, "5.0", False, ""),
    ("no-data-span", "blind_seconds", 1.0, None, "1.0", False, ""),
    ("gaps", "gaps", 0.6, None, "60", False, ""),
    ("limb-unseen", "limb_unseen", 2.0, None, "2.0", False, ""),
    ("limb-mostly-unseen", "limb_unseen_share", 0.5, None, "50", False, ""),
    ("held", "held", 0.03, None, "3.0", False, ""),
    ("frozen", "frozen", 0.4, None, "0.4", False, ""),
    ("flat", "flat", 0.03, 0.005, "3.0", True, ""),
    ("up-guessed", "up_guessed", 0.01, None, "1.0", False, ""),
    ("up-against", "up_against", 0.8, None, "80", False, ""),
    ("mirrored", "mirrored", 0.4, None, "40", False, ""),
    ("names-exchanged", "names_exchanged", 0.4, None, "40", False, ""),
    ("unnamed", "certainty", 0.9, None, "90", True, ""),
]  # fmt: skip
"""Code, measure, where it is to be checked, where not to be used, how that is said, whether less is
worse, and what it is evidence of."""


def test_the_table_has_every_limit() -> None:
    assert [row[0] for row in TABLE] == [limit.code for limit in LIMITS]


@pytest.mark.parametrize(
    ("code", "measure", "check", "refuse", "said", "below", "group"), TABLE, ids=lambda x: str(x)
)
def test_a_reason_is_said_at_its_number(
    code: str, measure: str, check: float, refuse: float | None, said: str, below: bool, group: str
) -> None:
    limit = next(x for x in LIMITS if x.code == code)
    assert limit.group == group
    worse, better = (0.99, 1.01) if below else (1.01, 0.99)

    def at(value: float) -> str:
        reason = limit.reason({measure: Measure(value, 7, ("LKNE",))})
        return GOOD if reason is None else reason.grade

    assert [at(better * check), at(check), at(worse * check)] == [GOOD, CHECK, CHECK]
    if refuse is None:
        assert at(worse * (0.01 if below else 100.0) * check) == CHECK
    else:
        assert [at(better * refuse), at(worse * refuse)] == [CHECK, DO_NOT_USE]
    reason = limit.reason({measure: Measure(check, 7, ("LKNE",))})
    assert reason is not None
    assert (reason.code, reason.frame, reason.tracks) == (code, 7, ("LKNE",))
    assert said in reason.text
    assert limit.reason({}) is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.512, "0.51"), (0.4001, "0.4"), (1.26, "1.3"), (9.96, "10.0"), (12.4, "12"), (123.6, "124")],
)
def test_numbers_have_two_or_three_digits(value: float, shown: str) -> None:
    (reason,) = graded({"frozen": Measure(value)}).reasons
    assert reason.shown == shown
    assert f"for {shown} s" in reason.text


def test_two_kinds_of_evidence_are_more_than_one() -> None:
    fit, joints = {"error": Measure(0.05)}, {"feet_back": Measure(0.4)}
    assert graded({}).grade == GOOD
    assert graded(fit).grade == CHECK
    assert graded(fit | {"far_share": Measure(0.1)}).grade == CHECK
    assert graded(joints | {"lying": Measure(0.9), "floating": Measure(9.0)}).grade == CHECK
    both = graded(fit | joints)
    assert [r.code for r in both.reasons][:2] == ["track-error", "feet"]
    assert both.grade == CHECK
    three = graded(fit | joints | {"pelvis_speed": Measure(20.0), "displaced": Measure(0.1)})
    assert three.grade == DO_NOT_USE


def test_the_worst_reasons_come_first_and_the_warning_begins_with_the_grade() -> None:
    found = graded({"gaps": Measure(0.7), "error": Measure(0.1)})
    assert [r.code for r in found.reasons] == ["track-error", "gaps"]
    assert found.grade == DO_NOT_USE
    (warning,) = found.warnings()
    assert warning.startswith("do not use this result, it is not to be trusted: the body does not")
    assert is_verdict(warning)
    assert not is_verdict("the file says")
    assert graded({"gaps": Measure(0.7)}).warnings() == (
        "check this result: 70 % of the samples are missing",
    )
    assert graded({}).warnings() == ()
    assert found.to_json()["reasons"][0] == {
        "code": "track-error", "value": 100.0,
        "text": "the body does not fit the tracks, with a mean track error of 100 mm on an adult",
    }  # fmt: skip
