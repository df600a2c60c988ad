# SPDX-License-Identifier: GPL-3.0-or-later
"""`--given-first`: what the paper's sequential inference is told, and who makes use of it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lsmplify_core.body.body import Body
from lsmplify_core.cli.main import main
from lsmplify_core.evaluation import metrics
from lsmplify_core.evaluation.clips import Clip
from lsmplify_core.evaluation.methods import METHODS
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.evaluation.takes import Take, make_take
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import save_motion


@pytest.fixture
def take() -> Take:
    """A take of 8 frames by a tall person, of which all is told that may be."""
    truth = strolling(8, 30.0)
    truth = replace(truth, body=Body(1.1 * truth.body.rest_joints), root=1.1 * truth.root)
    made = make_take(Clip("clip", truth, 0), load_layout("BODY_25"))
    return replace(made, body=truth.body, known_truth=truth)


def test_the_paper_starts_at_the_first_pose_and_keeps_every_place(
    take: Take, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    from lsmplify_core.learning.paper.convert import save_paper_network
    from lsmplify_core.learning.paper.method import VARIABLE, paper
    from lsmplify_core.learning.paper.network import PaperNetwork

    save_paper_network(PaperNetwork(), tmp_path / "paper.npz", {})
    monkeypatch.setenv(VARIABLE, str(tmp_path / "paper.npz"))
    motion = paper(take).motion
    assert metrics.geodesic(motion.rotations, take.truth.rotations)[0].max() < 0.05
    np.testing.assert_allclose(motion.root, take.truth.root, atol=1e-5)
    np.testing.assert_allclose(motion.body.rest_joints, take.truth.body.rest_joints)
    untold = paper(replace(take, known_truth=None)).motion
    assert metrics.geodesic(untold.rotations, take.truth.rotations)[0].max() > 1.0


def test_nobody_is_told_later_poses(take: Take) -> None:
    """The same answer, whatever the poses after the first were."""
    assert take.known_truth is not None
    changed = take.known_truth.rotations.copy()
    changed[1:] = np.eye(3)
    other = replace(take, known_truth=replace(take.known_truth, rotations=changed))
    answers = [METHODS["default"](t).motion.rotations for t in (take, other)]
    np.testing.assert_array_equal(*answers)


def test_smplify_starts_at_the_first_pose(take: Take) -> None:
    pytest.importorskip("smplx", reason="smplx is not installed")
    from lsmplify_core.learning.smplify.method import skeleton

    one = replace(take, tracks=replace(take.tracks, positions=take.tracks.positions[:1]),
                  truth=take.truth.between(0, 1), points=take.points[:1])  # fmt: skip
    error = metrics.geodesic(skeleton(one).motion.rotations, one.truth.rotations).mean()
    untold = skeleton(replace(one, known_truth=None)).motion
    assert error < metrics.geodesic(untold.rotations, one.truth.rotations).mean()


def test_the_rows_say_so_and_other_protocols_refuse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_motion(strolling(5, 30.0), tmp_path / "a.npz")
    words = ["evaluate", "--data", str(tmp_path), "--method", "default", "--given-first"]
    assert main([*words, "--json", str(tmp_path / "rows.json")]) == 0
    (row,) = json.loads((tmp_path / "rows.json").read_text())
    assert row["protocol"] == "sequential, first pose given"
    assert main([*words, "--protocol", "pairs"]) == 2
    assert "--given-first belongs to --protocol sequential" in capsys.readouterr().err
