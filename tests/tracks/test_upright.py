# SPDX-License-Identifier: GPL-3.0-or-later
"""Axes of the world by their names, and frames that stand against what is told."""

import numpy as np
import pytest

from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.tracks.upright import _vector, stands_against
from tests.takes import tracks_of, waving


@pytest.mark.parametrize(
    ("axis", "vector"),
    [("+x", [1, 0, 0]), ("-y", [0, -1, 0]), ("-z", [0, 0, -1]), ("+z", [0, 0, 1])],
)
def test_axes_by_their_names(axis: str, vector) -> None:
    assert _vector(axis).tolist() == vector


@pytest.mark.parametrize(("given", "share"), [("+z", 0.0), ("-z", 1.0), ("+x", 1.0), ("-y", 1.0)])
def test_a_body_that_stands_along_z_stands_against_all_others(given: str, share: float) -> None:
    points = tracks_of(waving(12), "CMU_41").positions
    layout = load_layout("CMU_41")
    assert stands_against(given, points, layout) == share
    assert stands_against(given, points * np.nan, layout) == 0.0
    half = points.copy()
    half[6:] = half[6:, :, [0, 2, 1]]  # lies along Y
    assert stands_against("+z", half, layout) == 0.5
