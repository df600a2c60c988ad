# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark measures whole jobs: its takes are takes, its floor is this network's, and what it
tells can be read."""

import json
from pathlib import Path

import numpy as np
import pytest

from lsmplify_core.cli.main import main
from lsmplify_core.evaluation.scale.c3d_writer import write_c3d
from lsmplify_core.evaluation.scale.floor import network_mflop
from lsmplify_core.evaluation.scale.suites import PARTS, Sizes, measure
from lsmplify_core.evaluation.scale.takes import TakeSpec, layout_beside, spread_layout, write_take
from lsmplify_core.ik.learned.network import load_network
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.layouts.matching import match_layout
from lsmplify_core.pipeline import solve
from lsmplify_core.reading import read_tracks
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.tracks.people import find_people


@pytest.mark.parametrize(("frames", "count"), [(40, 5), (70_000, 2), (12, 300)])
def test_a_c3d_is_read_as_it_was_written(tmp_path: Path, frames: int, count: int) -> None:
    """Longer than the header's counts, and with more names than one list holds."""
    points = np.random.default_rng(1).uniform(0.2, 1.0, (frames, count, 3))
    points[3:9, 1] = np.nan
    names = tuple(f"marker {k}" for k in range(count))
    write_c3d(tmp_path / "take.c3d", lambda a, b: points[a:b], frames, names, 240.0)
    tracks = read_tracks(tmp_path / "take.c3d")
    assert tracks.names == names
    assert tracks.rate == 240.0
    assert tracks.unit == 0.001
    assert np.allclose(tracks.positions, 1000 * points, atol=1e-3, equal_nan=True)


def test_people_of_a_made_take_are_found(tmp_path: Path) -> None:
    write_take(TakeSpec(50, people=3, rate=30.0), tmp_path / "take.c3d")
    assert [p.name for p in find_people(read_tracks(tmp_path / "take.c3d"))] == ["P1", "P2", "P3"]


@pytest.mark.parametrize("count", [12, 25, 150])
def test_any_number_of_tracks_is_a_body(tmp_path: Path, count: int) -> None:
    write_take(TakeSpec(60, None, count, rate=30.0), tmp_path / "take.c3d")
    layout = load_layout(str(layout_beside(tmp_path / "take.c3d")))
    assert layout.names == spread_layout(count).names
    tracks = read_tracks(tmp_path / "take.c3d")
    assert len(match_layout(tracks.names, layout).matched) == count
    if count == 25:
        solution = solve(tracks, layout=str(layout_beside(tmp_path / "take.c3d")))
        assert solution.report["track_error_mm"]["mean"] < 10


def test_longer_takes_go_there_and_back_without_a_leap(tmp_path: Path) -> None:
    write_take(TakeSpec(12_400, "COCO_17", rate=30.0), tmp_path / "take.c3d")
    positions = read_tracks(tmp_path / "take.c3d").positions
    assert len(positions) == 12_400
    steps = np.linalg.norm(np.diff(positions, axis=0), axis=-1)
    assert steps[11_990:12_010].max() < 3 * steps[:11_990].max()


def test_operations_of_a_frame_are_those_of_the_networks_layers() -> None:
    weights = load_network().weights
    first = weights["first.weight"]
    layers = [k for k in weights if k.endswith(".weight")]
    assert network_mflop() == pytest.approx(2e-6 * sum(weights[k].size for k in layers))
    assert 2e-6 * first.size < network_mflop() < 100


def test_a_small_benchmark_by_the_command(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    pytest.importorskip("matplotlib")
    figures, plots = tmp_path / "figures.json", tmp_path / "plots"
    words = ["benchmark", "--quick", "--only", "frames", "stages", "--frames", "60", "--job", "100",
             "--json", str(figures), "--plots", str(plots)]  # fmt: skip
    assert main(words) == 0
    printed = capsys.readouterr().out
    assert "Stages of a whole job" in printed
    assert "peak MB" in printed
    found = json.loads(figures.read_text())
    assert [r["frames"] for r in found["frames"]] == [60]
    assert [r["layout"] for r in found["stages"]] == ["BODY_25", "CMU_41"]
    for row in (*found["frames"], *found["stages"]):
        stages = row["by_stage"]
        assert {"read", "match", "repair", "calibrate", "solve", "refine", "write"} <= set(stages)
        assert 0 < sum(stages.values()) <= 1.02 * row["seconds"]
        assert row["frames_per_second"] == pytest.approx(row["frames"] / row["seconds"])
        assert row["track_error_mm"] < 10
    assert {p.name for p in plots.iterdir()} == {"speed_by_frames.png", "speed_by_stages.png"}


def test_unknown_parts_and_numbers_are_refused(capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(InputError, match="there are floor, start"):
        measure(Sizes(), ["speed"])
    assert set(PARTS) == {"floor", "start", "stages", "frames", "tracks", "people", "threads"}
    for words in (["--frames", "0"], ["--people", "31"], ["--repeats", "0"], ["--only", "x"]):
        assert main(["benchmark", *words]) == 2
        assert capsys.readouterr().err.count("error:") == 1
