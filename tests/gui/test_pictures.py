# SPDX-License-Identifier: GPL-3.0-or-later
"""What must be on the pictures that `make gui` took, in each Blender that it ran."""

import json
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed here")

TAKEN = Path(__file__).parents[2] / "build/gui"
ROOMS = ("trixie", "sid")


@dataclass(frozen=True)
class Tour:
    """One run: its folder and what it noted."""

    folder: Path
    facts: dict

    def picture(self, name: str, region: str = "") -> np.ndarray:
        """(H, W, 3) numbers 0 to 255 of a picture, or of a region of it."""
        pixels = np.asarray(Image.open(self.folder / f"{name}.png").convert("RGB"), dtype=np.int16)
        if not region:
            return pixels
        left, top, right, bottom = self.facts[region]
        return pixels[top:bottom, left:right]

    def panel(self, name: str) -> np.ndarray:
        """The sidebar of a picture."""
        return self.picture(name, "sidebar")

    def scene(self, name: str) -> np.ndarray:
        """The viewport without sidebar, tools and gizmos."""
        whole = self.picture(name, "viewport")
        return whole[150:, 120 : self.facts["sidebar"][0] - self.facts["viewport"][0] - 70]


@pytest.fixture(params=ROOMS)
def tour(request) -> Tour:
    folder = TAKEN / request.param
    if not (folder / "facts.json").is_file():
        pytest.skip(f"no tour in {folder.name}; run make gui")
    return Tour(folder, json.loads((folder / "facts.json").read_text()))


def changed(before: np.ndarray, after: np.ndarray) -> float:
    """Share of the pixels that are not the same to the eye."""
    return float((np.abs(before - after).max(axis=2) > 24).mean())


def body_pixels(scene: np.ndarray) -> int:
    """Pixels in the mannequin's hue under the viewport's light: red over green over blue."""
    red, green, blue = scene[..., 0], scene[..., 1], scene[..., 2]
    brown = (red - blue > 18) & (red - blue < 80) & (red > green + 4) & (green > blue + 4)
    return int((brown & (red > 50)).sum())


def text_rows(panel: np.ndarray) -> int:
    """Lines of bright letters, counted from above."""
    bright = (panel.min(axis=2) > 190).sum(axis=1) >= 6
    return int((np.diff(bright.astype(int)) == 1).sum())


def bar_pixels(panel: np.ndarray) -> int:
    """Pixels of the progress bar's and the ticks' blue."""
    return int(((panel[..., 2] - panel[..., 0] > 70) & (panel[..., 2] > 130)).sum())


def test_no_error_in_the_log(tour):
    log = (tour.folder / "blender.log").read_text(errors="replace")
    assert not re.findall(r".*(?:Traceback|\bError\b|EXCEPTION|lsmplify.*not loaded).*", log)


def test_the_tab_is_drawn(tour):
    assert changed(tour.panel("0-without"), tour.panel("1-installed")) > 0.05
    assert text_rows(tour.panel("1-installed")) >= 8


def test_the_first_note_is_shown_and_put_away(tour):
    assert tour.facts["note_shown"]
    assert tour.facts["note_hidden"]


def test_imported_points_are_seen(tour):
    assert tour.facts["imported"] == 41
    assert changed(tour.scene("1-installed"), tour.scene("2-imported")) > 0.0004
    assert changed(tour.panel("1-installed"), tour.panel("2-imported")) > 0.005


def test_the_bar_is_seen_while_solving(tour):
    assert 0.3 < tour.facts["progress_at_esc"] < 0.9
    bar = bar_pixels(tour.panel("3-solving"))
    assert bar > bar_pixels(tour.panel("2-imported")) + 500
    assert bar > bar_pixels(tour.panel("4-stopped")) + 500
    assert body_pixels(tour.scene("3-solving")) < 100


def test_escape_on_the_keyboard_stops(tour):
    assert tour.facts["stopped"]
    assert tour.facts["scene_as_before"]
    assert changed(tour.scene("2-imported"), tour.scene("4-stopped")) < 0.002


def test_the_body_appears_and_moves(tour):
    moments = [tour.scene(f"{n}-solved") for n in (5, 6, 7)]
    for scene in moments:
        assert body_pixels(scene) > 3000
    for before, after in pairwise(moments):
        assert changed(before, after) > 0.01
    assert tour.facts["mean_mm"] < 5.0
    assert {"Calibrating the body", "Solving"} <= set(tour.facts["steps"])


def test_the_result_and_its_worst_frame_are_shown(tour):
    assert changed(tour.panel("4-stopped"), tour.panel("8-worst")) > 0.015
    now, worst = tour.facts["worst_frame"]
    assert now == worst
    assert changed(tour.scene("7-solved"), tour.scene("8-worst")) > 0.005


def test_the_file_opens_as_it_was_saved(tour):
    assert tour.facts["file_as_before"]
    assert tour.facts["result_kept"]
    assert changed(tour.scene("9-cleaned"), tour.scene("10-reopened")) < 0.02
    assert abs(text_rows(tour.panel("10-reopened")) - text_rows(tour.panel("9-cleaned"))) <= 1


def test_each_step_of_the_clean_up_is_an_action_of_its_own(tour):
    solved, feet, smooth, switched = tour.facts["shown"]
    assert len({solved, feet, smooth}) == 3
    assert switched == feet
    assert tour.facts["foot_marks"] >= 4
    assert body_pixels(tour.scene("9-cleaned")) > 3000
