# SPDX-License-Identifier: GPL-3.0-or-later
"""The first minutes in each window: the example, the pictures of the pages, the other languages."""

import json
from pathlib import Path

import pytest

TAKEN = Path(__file__).parents[2] / "build/gui"
LANGUAGES = {
    "ko_KR": "최악의 프레임으로 이동",
    "ja_JP": "最も悪いフレームへ移動",
    "zh_HANS": "跳转到最差帧",
}
PICTURES = ("first-steps", "solving", "solved", "result", "overlay", "languages")
LARGEST = 250_000
"""Bytes of a picture on a page."""


@pytest.fixture(params=("trixie", "sid"))
def left(request) -> Path:
    folder = TAKEN / f"{request.param}-learn"
    if not (folder / "facts.json").is_file():
        pytest.skip(f"no run in {folder.name}; run make gui")
    return folder


def test_the_example_was_loaded_and_solved(left):
    facts = json.loads((left / "facts.json").read_text())
    assert facts["loaded"] == ["FINISHED"]
    assert facts["mean_mm"] < 5.0


def test_the_window_speaks_each_language(left):
    facts = json.loads((left / "facts.json").read_text())
    for language, words in LANGUAGES.items():
        assert facts[language] == [words, language]


def test_no_error_in_the_log(left):
    log = (left / "blender.log").read_text(errors="replace")
    assert "Traceback" not in log
    assert "Error" not in log


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_there_and_small(left, name):
    assert 2_000 < (left / f"learn-{name}.png").stat().st_size <= LARGEST
