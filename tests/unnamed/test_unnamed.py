# SPDX-License-Identifier: GPL-3.0-or-later
"""Points without names: which joint carries each, in any order, unit and up axis."""

import contextlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from takes import tracks_of, waving

from lsmplify_core.calibration.calibration_file import load_calibration, save_calibration
from lsmplify_core.cli.main import main
from lsmplify_core.geometry.skeleton import MIRROR, PARENTS
from lsmplify_core.layouts.layout import Keypoint, Layout, layout_to_json, load_layout
from lsmplify_core.pipeline import calibration_of, solve
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.tracks.axes import turn_up
from lsmplify_core.tracks.tracks import Tracks
from lsmplify_core.tracks.units import UNITS
from lsmplify_core.unnamed.attach import attach
from lsmplify_core.unnamed.guess import JointLabels, guess_world
from lsmplify_core.unnamed.inputs import point_inputs
from lsmplify_core.unnamed.network import load_point_network

SET = "Vicon_53"


def _nameless(
    frames: int = 90, unit: float = 1.0, up: str = "+z", form: str = "M{:02d}"
) -> tuple[Tracks, np.ndarray]:
    """A marker set in another order under names that say nothing, and the joints of its markers."""
    clean = tracks_of(waving(frames), SET)
    order = np.random.default_rng(1).permutation(len(clean.names))
    positions = clean.positions[:, order] @ turn_up(up) / unit
    names = tuple(form.format(i) for i in range(len(order)))
    return replace(clean, positions=positions, names=names), load_layout(SET).joints[order]


def _share_right(tracks: Tracks, joints: np.ndarray, known: Layout | None = None) -> float:
    found = attach(tracks, known).match
    assert [tracks.names[t] for _, t in found.matched] == list(found.layout.names)
    return _right(found.layout.joints, joints)


def _right(found: np.ndarray, joints: np.ndarray) -> float:
    """Share on their joint or on one beside it, which moves as one with it where nobody bends
    it."""
    near = [{j, PARENTS[j], *(c for c in range(22) if PARENTS[c] == j)} for j in joints.tolist()]
    return float(np.mean([f in n for f, n in zip(found.tolist(), near, strict=True)]))


@pytest.mark.parametrize("form", ["M{:02d}", "Empty.{:03d}"])
def test_markers_go_to_their_joints_whatever_they_are_called(form: str) -> None:
    tracks, joints = _nameless(form=form)
    assert _share_right(tracks, joints) > 0.95


@pytest.mark.parametrize(("unit", "up"), [("mm", "+y"), ("cm", "-z"), ("m", "+x")])
def test_unit_and_up_are_found_without_names(unit: str, up: str) -> None:
    tracks, _ = _nameless(unit=UNITS[unit], up=up)
    world = guess_world(tracks)
    assert (world.unit_name, world.up) == (unit, up)


def test_a_mirrored_take_is_not_taken_for_the_other_side() -> None:
    """What a mirror shows has left and right exchanged, which only the markers' turns tell."""
    tracks, joints = _nameless()
    mirrored = replace(tracks, positions=tracks.positions * [-1.0, 1.0, 1.0])
    assert _share_right(mirrored, np.array(MIRROR)[joints]) > 0.95


def test_a_solve_without_names_is_as_near_as_its_markers_allow() -> None:
    tracks, _ = _nameless()
    truth = waving(90)
    solution = solve(tracks, layout="none")
    ours, true = solution.motion.joints(), truth.joints()
    apart = (ours - ours[:, :1]) - (true - true[:, :1])
    assert np.linalg.norm(apart, axis=-1).mean() < 0.03
    assert solution.report["layout"] == "unnamed"
    assert any("by how they move" in w for w in solution.report["warnings"])


def test_what_is_known_of_some_tracks_is_believed() -> None:
    tracks, joints = _nameless()
    known = Layout("some", tuple(Keypoint(f"M{i:02d}", 15, (0.0, 0.1, 0.0)) for i in (3, 7)))
    found = attach(tracks, known).match.layout
    assert [found.joints[i] for i in (3, 7)] == [15, 15]
    others = [i for i in range(len(joints)) if i not in (3, 7)]
    assert _right(found.joints[others], joints[others]) > 0.95


def test_a_file_of_some_points_places_the_others_too(tmp_path: Path, capsys) -> None:
    import json

    tracks, _ = _nameless()
    take, some = tmp_path / "take.npz", tmp_path / "some.json"
    np.savez(take, points=tracks.positions, names=np.array(tracks.names), rate=30.0)
    known = Layout("some", attach(tracks).match.layout.keypoints[:5])
    some.write_text(json.dumps(layout_to_json(known)))
    words = ["solve", str(take), "-o", str(tmp_path / "out.npz"), "--layout", str(some)]
    assert main(words) == 0
    assert "unnamed, 90 frames, 53 tracks" in capsys.readouterr().out


def test_a_calibration_knows_nameless_tracks_again(tmp_path: Path) -> None:
    tracks, _ = _nameless(form="Empty.{:03d}")
    first = solve(tracks.between(0, 60), layout="none")
    path = tmp_path / "anna.json"
    save_calibration(calibration_of(first), path)
    kept = load_calibration(path)
    second = solve(tracks, calibration=kept)
    assert second.report["layout"] == "unnamed"
    np.testing.assert_allclose(second.offsets, first.offsets, atol=1e-4)
    np.testing.assert_allclose(
        second.motion.body.rest_joints, first.motion.body.rest_joints, atol=1e-4
    )


def test_too_few_tracks_are_refused() -> None:
    tracks, _ = _nameless(30)
    with pytest.raises(InputError, match="15 tracks without names are too few"):
        attach(tracks.select(range(15)))


def test_noise_is_refused_or_told_to_be_no_body() -> None:
    random = np.random.default_rng(0)
    names = tuple(f"M{i}" for i in range(30))
    tracks = Tracks(random.standard_normal((60, 30, 3)), names, 30.0, "noise")
    error = np.inf
    with contextlib.suppress(InputError):
        error = solve(tracks, layout="none").report["track_error_mm"]["mean"]
    assert error > 100.0


def test_tracks_on_one_joint_are_no_body(monkeypatch) -> None:
    tracks, joints = _nameless(30)
    head = JointLabels(np.full(len(joints), 15), np.zeros((len(joints), 3)), np.ones(len(joints)))
    monkeypatch.setattr("lsmplify_core.unnamed.attach.guess_points", lambda _: head)
    with pytest.raises(InputError, match="do not move as the parts of a body do"):
        attach(tracks)


def test_what_the_network_sees_does_not_depend_on_heading_or_order() -> None:
    random = np.random.default_rng(2)
    points = random.standard_normal((1, 8, 25, 3)).astype(np.float32)
    seen = (random.random((1, 8, 25)) > 0.2).astype(np.float32)
    turn = np.array([[0.6, -0.8, 0.0], [0.8, 0.6, 0.0], [0.0, 0.0, 1.0]], dtype=np.float32)
    run = load_point_network()
    raw = run(*point_inputs(points, seen))
    turned = run(*point_inputs(points @ turn.T + np.float32(0.5), seen))
    np.testing.assert_allclose(turned, raw, atol=2e-3)
    order = random.permutation(25)
    shuffled = run(*point_inputs(points[:, :, order], seen[:, :, order]))
    np.testing.assert_allclose(shuffled, raw[:, order], atol=2e-3)


def test_the_network_is_the_same_in_torch() -> None:
    torch = pytest.importorskip("torch")
    from lsmplify_core.learning.unnamed.model import PointLabeller
    from lsmplify_core.learning.unnamed.train import load_point_weights
    from lsmplify_core.unnamed.network import WEIGHTS

    random = np.random.default_rng(4)
    points = random.standard_normal((2, 8, 21, 3)).astype(np.float32)
    seen = (random.random((2, 8, 21)) > 0.1).astype(np.float32)
    model = PointLabeller()
    load_point_weights(model, WEIGHTS)
    inputs = point_inputs(torch.from_numpy(points), torch.from_numpy(seen))
    with torch.no_grad():
        theirs = model(*inputs).numpy()
    ours = load_point_network()(*point_inputs(points, seen))
    np.testing.assert_allclose(ours, theirs, atol=2e-3)


def test_weights_of_something_else_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.npz"
    np.savez(path, a=np.zeros(3))
    with pytest.raises(InputError, match="not the weights for points without names"):
        load_point_network(path)
    path.write_bytes(b"no archive")
    with pytest.raises(InputError, match="cannot be read"):
        load_point_network(path)
