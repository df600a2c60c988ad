# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in tracks: found, on record, mended, and each of them undoable."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.pipeline import solve
from lsmplify_core.repair import Repair, apply, find_repairs
from lsmplify_core.repair.gaps import filled, spline
from lsmplify_core.repair.records import summary
from lsmplify_core.repair.repair_file import load_repairs, save_repairs
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.tracks.tracks import Tracks, checked_tracks

FRAMES = 150


def _take(layout: str = "CMU_41", rate: float = 30.0) -> Tracks:
    return tracks_of(waving(round(FRAMES * rate / 30.0), rate), layout)


def _changed(tracks: Tracks) -> tuple[Tracks, np.ndarray]:
    positions = tracks.positions.copy()
    return replace(tracks, positions=positions), positions


@pytest.mark.parametrize("rate", [30.0, 120.0])
@pytest.mark.parametrize("layout", ["CMU_41", "BODY_25", "Vicon_53"])
def test_clean_tracks_are_left_alone(layout: str, rate: float) -> None:
    assert find_repairs(_take(layout, rate)) == ()


@pytest.mark.parametrize(
    ("one", "other"), [("LKNE", "RKNE"), ("LFIN", "RFIN"), ("LANK", "LHEE"), ("LFHD", "LBHD")]
)
@pytest.mark.parametrize(("first", "last"), [(40, 49), (90, 129), (0, 20)])
def test_exchanged_labels_are_put_right(one: str, other: str, first: int, last: int) -> None:
    clean = _take()
    broken, p = _changed(clean)
    a, b = clean.names.index(one), clean.names.index(other)
    p[first : last + 1, [a, b]] = p[first : last + 1, [b, a]]
    (found,) = find_repairs(broken)
    assert (found.kind, set(found.tracks)) == ("swap", {one, other})
    assert (found.first, found.last) == (first, last)
    np.testing.assert_array_equal(apply(broken, [found]).positions, clean.positions)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_leap_is_left_out_and_its_gap_filled(length: int) -> None:
    clean = _take()
    broken, p = _changed(clean)
    k = clean.names.index("LELB")
    p[60 : 60 + length, k] += [0.1, -0.2, 0.15]
    found = find_repairs(broken)
    assert [(r.kind, r.tracks, r.first, r.last) for r in found] == [
        (kind, ("LELB",), 60, 59 + length) for kind in ("spike", "gap")
    ]
    off = np.linalg.norm(apply(broken, found).positions - clean.positions, axis=-1)
    assert off.max() < 0.005


def test_a_label_on_another_place_is_left_out() -> None:
    clean = _take()
    broken, p = _changed(clean)
    names = clean.names
    p[50:80, names.index("LTHI")] = p[50:80, names.index("LSHN")]
    found = [r for r in find_repairs(broken) if r.kind != "gap"]
    assert [r.kind for r in found] == ["duplicate"]
    assert found[0].tracks[0] in ("LTHI", "LSHN")
    assert (found[0].first, found[0].last) == (50, 79)


def test_short_gaps_are_filled_by_the_bone_and_long_ones_left() -> None:
    clean = _take()
    broken, p = _changed(clean)
    k = clean.names.index("LFHD")
    p[30:35, k] = np.nan
    p[70:110, k] = np.nan
    (found,) = find_repairs(broken)
    assert (found.kind, found.first, found.last) == ("gap", 30, 34)
    filled = apply(broken, [found]).positions
    assert np.linalg.norm(filled[30:35, k] - clean.positions[30:35, k], axis=-1).max() < 1e-3
    assert np.isnan(filled[70:110, k]).all()


def test_a_curve_between_two_sides_of_a_gap_keeps_their_slopes() -> None:
    t = np.linspace(0.0, 1.0, 31)
    path = np.stack((t, t**2, 1.0 - t), axis=1)
    np.testing.assert_allclose(spline(path, 10, 18), path[11:18], atol=5e-3)
    chord = path[10] + (path[18] - path[10]) * (np.arange(1, 8) / 8)[:, None]
    assert np.abs(chord - path[11:18]).max() > 0.015  # what a straight line would be off by


def test_any_repair_can_be_left_out() -> None:
    clean = _take()
    broken, p = _changed(clean)
    knees = [clean.names.index(n) for n in ("LKNE", "RKNE")]
    p[40:60, knees] = p[40:60, knees[::-1]]
    p[100, clean.names.index("LFIN")] += 0.4
    found = find_repairs(broken)
    assert {r.kind for r in found} == {"swap", "spike", "gap"}
    without = apply(broken, [r for r in found if r.kind != "swap"]).positions
    np.testing.assert_array_equal(without[:, knees], broken.positions[:, knees])
    only = apply(broken, [r for r in found if r.kind == "swap"]).positions
    np.testing.assert_array_equal(only[:, knees], clean.positions[:, knees])
    assert (
        only[100, clean.names.index("LFIN"), 0]
        == broken.positions[100, clean.names.index("LFIN"), 0]
    )


def test_a_solve_lists_what_it_mended_and_does_as_it_is_told() -> None:
    truth = waving(FRAMES)
    broken, p = _changed(tracks_of(truth, "CMU_41"))
    knees = [broken.names.index(n) for n in ("LKNE", "RKNE")]
    p[40:70, knees] = p[40:70, knees[::-1]]
    mended, told = solve(broken), solve(broken, repairs=())
    assert [r.kind for r in mended.repairs] == ["swap"]
    assert any("exchange of two labels was undone" in w for w in mended.report["warnings"])
    off = [
        np.linalg.norm(s.motion.joints() - truth.joints(), axis=-1).mean() for s in (mended, told)
    ]
    assert off[0] < 0.0035
    assert off[1] > 1.5 * off[0]
    assert told.repairs == ()
    again = solve(broken, repairs=mended.repairs)
    np.testing.assert_allclose(again.motion.joints(), mended.motion.joints(), atol=1e-3)


def test_a_list_comes_back_from_its_file(tmp_path: Path) -> None:
    listed = (
        Repair("swap", ("LKNE", "RKNE"), 4, 9, "exchanged", "they leap"),
        Repair("gap", ("Épaule",), 20, 22, "filled", "3 samples are missing"),
    )
    path = tmp_path / "repairs.json"
    save_repairs(listed, path)
    assert load_repairs(path) == listed
    lines = path.read_text(encoding="utf-8").splitlines()
    assert sum('"kind"' in line for line in lines) == 2  # a repair a line, to be taken out


@pytest.mark.parametrize(
    ("text", "says"),
    [("[1", "JSON"), ("{}", "--save-repairs"), ('{"repairs": [{"kind": "swap"}]}', "repair 1"),
     ('{"repairs": [{"kind": "melt", "tracks": ["a"], "first": 0, "last": 1}]}', "melt"),
     ('{"repairs": [{"kind": "swap", "tracks": ["a"], "first": 0, "last": 1}]}', "swap a"),
     ('{"repairs": [{"kind": "gap", "tracks": ["a"], "first": 5, "last": 1}]}', "5-1")],
)  # fmt: skip
def test_a_bad_list_is_refused_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "repairs.json"
    path.write_text(text)
    with pytest.raises(InputError, match=says) as caught:
        load_repairs(path)
    assert "\n" not in str(caught.value)


def test_repairs_of_another_take_are_passed_over() -> None:
    tracks = _take()
    strange = [
        Repair("swap", ("no", "body"), 3, 5, "", ""), Repair("gap", ("LKNE",), 9000, 9001, "", ""),
        Repair("spike", ("LKNE",), 140, 9001, "", ""),
    ]  # fmt: skip
    result = apply(tracks, strange).positions
    k = tracks.names.index("LKNE")
    assert np.isnan(result[140:, k]).all()
    np.testing.assert_array_equal(result[:140], tracks.positions[:140])


def test_the_summary_says_how_many_and_which() -> None:
    listed = [Repair("spike", (f"M{i}",), 10 * i, 10 * i + i, "", "") for i in range(6)]
    (told,) = summary(listed)
    assert told.startswith("6 leaps away and back were left out: M5 frames 50 to 55;")
    assert told.endswith("and 2 more")


@pytest.mark.parametrize(("length", "filled_in"), [(2, True), (6, True), (7, False), (20, False)])
@pytest.mark.parametrize("rate", [30.0, 120.0])
def test_gaps_are_filled_up_to_a_fifth_of_a_second(
    length: int, filled_in: bool, rate: float
) -> None:
    clean = _take(rate=rate)
    broken, p = _changed(clean)
    first, last = round(60 * rate / 30), round((60 + length) * rate / 30) - 1
    p[first : last + 1, clean.names.index("LELB")] = np.nan
    found = [(r.kind, r.first, r.last) for r in find_repairs(broken)]
    assert found == ([("gap", first, last)] if filled_in else [])


def test_a_marker_that_slips_in_a_gap_slips_evenly() -> None:
    """Carried by its bone, from where it was to where it is afterwards."""
    clean = _take()
    k = clean.names.index("LFHD")
    p = clean.positions.copy()
    slip = np.clip((np.arange(FRAMES) - 60) / 8.0, 0.0, 1.0)[:, None] * [0.0, 0.0, 0.008]
    p[:, k] += slip
    expected = p[60:69, k].copy()
    p[61:68, k] = np.nan
    np.testing.assert_allclose(filled(p, [(k, 61, 67)])[60:69, k], expected, atol=0.0007)


def test_a_cut_in_the_take_is_no_exchange_of_all_labels() -> None:
    """Eighty points that are turned about from one frame to the next, each onto another's place."""
    random = np.random.default_rng(0)
    half = random.uniform(-1.0, 1.0, (40, 3))
    points = np.concatenate((half, half * [-1.0, -1.0, 1.0]))
    t = np.arange(FRAMES)[:, None, None] / 30.0
    positions = points + 0.05 * np.sin(3.0 * t + points.sum(axis=1)[:, None]) * [0.0, 0.0, 1.0]
    positions[75:] *= [-1.0, -1.0, 1.0]
    take = checked_tracks(positions, [f"p{i}" for i in range(80)], 30.0, "test")
    assert [r for r in find_repairs(take) if r.kind == "swap"] == []
