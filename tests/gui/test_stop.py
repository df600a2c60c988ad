# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ctrl-C left of a batch in the real executable, in each chroot (trixie, sid) that `make gui`
ran it in."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

TAKEN = Path(__file__).parents[2] / "build/gui"


@pytest.fixture(params=("trixie", "sid"))
def facts(request: pytest.FixtureRequest) -> dict[str, Any]:
    file = TAKEN / f"{request.param}-stop/stopped.json"
    if not file.is_file():
        pytest.skip(f"no run in {file.parent.name}; run make gui")
    return json.loads(file.read_text())


@pytest.mark.parametrize("jobs", [1, 2])
def test_nothing_is_left(facts: dict[str, Any], jobs: int) -> None:
    found = facts[f"jobs {jobs}"]
    assert found["code"] == 130
    assert not found["processes"]
    assert not found["half"]
    assert not found["damaged"]
    assert [e for e in found["errors"] if e.startswith("error: stopped by the user")]
    assert found["said"][-1].endswith(" failed")


def test_gone_on_with_it_is_the_same(facts: dict[str, Any]) -> None:
    assert facts["whole 1"]["npz"] == facts["whole 2"]["npz"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_gone_on_with_bakes_what_was_left_and_no_more(facts: dict[str, Any], jobs: int) -> None:
    """What the next run left alone is what its record had, all else is baked once. Two at a time,
    a take that is recorded while the signal arrives is not in the stopped run's own count."""
    before, after = (_counts(facts[f"{run} {jobs}"]["said"][-1]) for run in ("jobs", "whole"))
    takes = len(facts[f"whole {jobs}"]["npz"])
    assert after["baked"] + after["left"] == takes  # "left alone"
    assert after["failed"] == 0
    assert before["baked"] <= after["left"] < takes
    assert 1 <= after["left"] <= before["baked"] + jobs - 1


def _counts(said: str) -> dict[str, int]:
    """Numbers of takes by what came of them, from a run's last line."""
    return {word: int(number) for number, word in re.findall(r"(\d+) (\w+)", said)}
