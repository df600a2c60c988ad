# SPDX-License-Identifier: GPL-3.0-or-later
"""The paper's network: its graph, its frame, its weights, its way through a sequence."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from lsmplify_core.body.body import default_body
from lsmplify_core.cli.main import main
from lsmplify_core.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from lsmplify_core.learning.data import Clips
from lsmplify_core.learning.paper import convert, frame, graph, infer
from lsmplify_core.learning.paper.bodies import betas_of, keypoints, many_people
from lsmplify_core.learning.paper.network import PaperNetwork, count_parameters
from lsmplify_core.learning.paper.train import (
    Pairs,
    PaperSettings,
    draw_pairs,
    paper_loss,
    share_done,
)
from lsmplify_core.learning.running import train_network
from lsmplify_core.runtime.errors import InputError

BONES = torch.from_numpy(default_body().offsets.astype(np.float32))


def poses(frames: int, size: float = 0.4, seed: int = 0) -> torch.Tensor:
    """(frames, 24, 3, 3) random poses, hands at rest."""
    vectors = size * torch.randn(frames, 24, 3, generator=torch.Generator().manual_seed(seed))
    vectors[:, 22:] = 0
    return axis_angle_to_matrix(vectors)


# --- graph and network ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["body25", "released"])
def test_graph_is_a_tree_in_three_shared_out_parts(name: str) -> None:
    parts = graph.partitions(name)
    assert parts.shape == (3, 25, 25)
    assert np.allclose(parts[0], np.eye(25))
    links = (parts[1] > 0) | (parts[1] > 0).T
    assert links.sum() == 2 * 24
    for part in parts:
        totals = part.sum(axis=0)
        assert np.all(np.isclose(totals, 1) | np.isclose(totals, 0))


def test_body_25_graph_reaches_every_point() -> None:
    reach = np.linalg.matrix_power(graph.partitions("body25").sum(axis=0), 12)
    assert (reach[8] > 0).all()


def test_weights_that_only_meet_padding_are_left_out() -> None:
    assert count_parameters(PaperNetwork()) == 4_066_584


def official_state(seed: int = 0) -> dict[str, torch.Tensor]:
    """A state dict with the released names and shapes, all random: nine taps over time."""
    generator = torch.Generator().manual_seed(seed)
    state: dict[str, torch.Tensor] = {}

    def add(name: str, *shape: int, positive: bool = False) -> None:
        values = torch.randn(shape, generator=generator) * (0.3 if len(shape) == 1 else 0.05)
        state[name] = values.abs() + 0.5 if positive else values

    def norm(name: str, size: int) -> None:
        add(f"{name}.weight", size, positive=True)
        add(f"{name}.bias", size)
        add(f"{name}.running_mean", size)
        add(f"{name}.running_var", size, positive=True)
        state[f"{name}.num_batches_tracked"] = torch.tensor(7)

    def gcn(name: str, channels: int, out: int) -> None:
        add(f"{name}.mask", 3, 25, 25, positive=True)
        for k in range(3):
            add(f"{name}.conv_list.{k}.weight", out, channels, 1, 1)
            add(f"{name}.conv_list.{k}.bias", out)
        norm(f"{name}.bn", out)

    def tcn(name: str, channels: int, out: int, kernel: int) -> None:
        add(f"{name}.conv.weight", out, channels, kernel, 1)
        add(f"{name}.conv.bias", out)
        norm(f"{name}.bn", out)

    norm("backbone.data_bn", 75)
    gcn("backbone.gcn0", 3, 64)
    tcn("backbone.tcn0", 64, 64, 9)
    sizes = [64, 64, 64, 64, 128, 128, 128, 256, 256, 256]
    for i, (channels, out) in enumerate(pairwise(sizes)):
        gcn(f"backbone.backbone.{i}.gcn1", channels, out)
        tcn(f"backbone.backbone.{i}.tcn1", out, out, 9)
        if channels != out:
            tcn(f"backbone.backbone.{i}.down1", channels, out, 1)
    add("linear.0.weight", 256, 335)
    add("linear.0.bias", 256)
    add("linear.2.weight", 22 * 256, 256)
    add("linear.2.bias", 22 * 256)
    add("regressor.layers.0.0.weight", 22, 256, 256)
    add("regressor.layers.0.0.bias", 22, 256)
    add("regressor.layers.1.weight", 22, 6, 256)
    add("regressor.layers.1.bias", 22, 6)
    add("openpose_regressor", 25, 10)
    return state


def naive(state: dict[str, torch.Tensor], points: torch.Tensor, rest: torch.Tensor) -> torch.Tensor:
    """The published network written down plainly, with all nine taps: (N, 22, 6)."""

    def norm(x: torch.Tensor, name: str) -> torch.Tensor:
        s = {k: state[f"{name}.{k}"] for k in ("running_mean", "running_var", "weight", "bias")}
        return functional.batch_norm(x, s["running_mean"], s["running_var"], s["weight"], s["bias"])

    def gcn(x: torch.Tensor, name: str) -> torch.Tensor:
        edges = torch.from_numpy(graph.partitions("released")).float() * state[f"{name}.mask"]
        total = torch.zeros(())
        for k in range(3):
            mixed = torch.einsum("nctv,vw->nctw", x, edges[k])
            w, b = (state[f"{name}.conv_list.{k}.{part}"] for part in ("weight", "bias"))
            total = total + functional.conv2d(mixed, w, b)
        return torch.relu(norm(total, f"{name}.bn"))

    def tcn(x: torch.Tensor, name: str, stride: int = 1) -> torch.Tensor:
        w, b = state[f"{name}.conv.weight"], state[f"{name}.conv.bias"]
        x = functional.conv2d(x, w, b, (stride, 1), (w.shape[2] // 2, 0))
        return torch.relu(norm(x, f"{name}.bn"))

    n = len(points)
    x = points.permute(0, 2, 3, 1).reshape(n, 75, 2)
    x = norm(x, "backbone.data_bn").reshape(n, 25, 3, 2).permute(0, 2, 3, 1)
    x = tcn(gcn(x, "backbone.gcn0"), "backbone.tcn0")
    for i in range(9):
        name, stride = f"backbone.backbone.{i}", 2 if i in (3, 6) else 1
        down = f"{name}.down1"
        past = tcn(x, down, stride) if f"{down}.conv.weight" in state else x
        x = tcn(gcn(x, f"{name}.gcn1"), f"{name}.tcn1", stride) + past
    x = torch.cat((x.mean(dim=(2, 3)), rest), dim=1)
    x = torch.relu(functional.linear(x, state["linear.0.weight"], state["linear.0.bias"]))
    x = functional.linear(x, state["linear.2.weight"], state["linear.2.bias"]).reshape(n, 22, 256)
    for layer, bend in (("0.0", True), ("1", False)):
        w, b = (state[f"regressor.layers.{layer}.{part}"] for part in ("weight", "bias"))
        x = torch.einsum("kij,bkj->bki", w, x) + b
        x = torch.relu(x) if bend else x
    return x


def test_converted_checkpoint_gives_what_the_published_network_gives(tmp_path: Path) -> None:
    """Through the file and back, and without the taps that only meet padding."""
    state = official_state()
    checkpoint, out = tmp_path / "best_ckpt.pth.tar", tmp_path / "paper.npz"
    torch.save({"model": state, "epochs": 3}, checkpoint)
    assert main(["convert-checkpoint", str(checkpoint), "-o", str(out)]) == 0
    network = convert.load_paper_network(out)
    points, pose, betas = torch.randn(5, 2, 25, 3), torch.randn(5, 69), torch.randn(5, 10)
    sixd = naive(state, points, torch.cat((pose, betas), dim=1)).reshape(5, 22, 3, 2)
    with torch.no_grad():
        found = network(points, pose, betas)
    first = functional.normalize(sixd[..., 0], dim=-1)
    assert torch.allclose(found[..., 0], first, atol=1e-5)
    plane = torch.linalg.cross(first, sixd[..., 1])
    assert torch.allclose(found[..., 2], functional.normalize(plane, dim=-1), atol=1e-4)


def test_checkpoint_that_runs_code_is_refused_and_runs_nothing(tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "ran",))

    torch.save({"model": Hostile()}, tmp_path / "evil.pth.tar")
    with pytest.raises(InputError, match="tensors alone"):
        convert.convert_checkpoint(tmp_path / "evil.pth.tar", tmp_path / "out.npz")
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "out.npz").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("linear.0.bias"), "not complete"),
        (lambda s: s.update(extra=torch.zeros(3)), "no weight of the released network"),
        (lambda s: s.update({"linear.0.bias": torch.zeros(3)}), "has the shape"),
    ],
)
def test_other_checkpoints_are_refused_by_name(change: object, message: str) -> None:
    state = official_state()
    change(state)  # type: ignore[operator]
    with pytest.raises(InputError, match=message):
        convert.from_official(state, "file")


def test_files_that_are_not_its_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_bytes(b"nothing")
    for name in ("x.npz", "absent.npz"):
        with pytest.raises(InputError, match="not weights of the paper"):
            convert.load_paper_network(tmp_path / name)


# --- the frame ------------------------------------------------------------------------------


def test_frame_is_the_published_one_and_does_not_see_where_people_stand() -> None:
    start = keypoints(poses(1), BONES, torch.zeros(1, 3))
    target = keypoints(poses(1, seed=1), BONES, torch.tensor([[0.1, 0.0, 0.2]]))
    seen = frame.in_human_frame(start, target)
    assert torch.allclose(seen[0, 0, 8], torch.zeros(3), atol=1e-6)
    hips = seen[0, 0, 12] - seen[0, 0, 9]
    assert torch.allclose(hips[[0, 2]], torch.zeros(2), atol=1e-6)
    assert hips[1] > 0
    _, axes = frame.human_frame(start)
    assert torch.linalg.det(axes)[0] == pytest.approx(-1, abs=1e-5)
    turn = axis_angle_to_matrix(torch.tensor([0.3, -1.0, 2.0]))
    moved = [p @ turn.T + torch.tensor([4.0, -2.0, 1.0]) for p in (start, target)]
    assert torch.allclose(frame.in_human_frame(*moved), seen, atol=1e-5)


# --- inference ------------------------------------------------------------------------------


class Oracle(torch.nn.Module):
    """Says the residual to a given pose, whatever it sees; counts how often it was asked."""

    def __init__(self, answers: list[torch.Tensor]) -> None:
        super().__init__()
        self.answers = answers
        self.asked = 0

    def forward(self, points: torch.Tensor, *_: torch.Tensor) -> torch.Tensor:
        residual = self.answers[self.asked]
        self.asked += 1
        return residual.expand(len(points), -1, -1, -1)


def test_sequence_goes_on_from_its_own_results() -> None:
    truth = poses(4, 0.2)
    residuals = [(truth[t - 1, :22].transpose(-1, -2) @ truth[t, :22])[None] for t in range(1, 4)]
    roots = torch.tensor([[0.0, 0, 0], [0.1, 0, 0], [0.2, 0, 0], [0.3, 0, 0]])
    target = keypoints(truth, BONES, roots)
    solver = infer.PaperSolver(Oracle(residuals), BONES.numpy(), betas_of(default_body()))  # type: ignore[arg-type]
    found, places = solver.sequence(truth[0], roots[0], target, None)
    assert torch.allclose(found, truth, atol=1e-5)
    assert torch.allclose(places, roots, atol=1e-5)


class Recorder:
    """Says nothing moves, and keeps what it was shown."""

    def __call__(
        self, points: torch.Tensor, pose: torch.Tensor, betas: torch.Tensor
    ) -> torch.Tensor:
        self.shown = points
        return torch.eye(3).expand(len(points), 22, 3, 3)


def test_training_shows_how_far_the_body_went() -> None:
    """Two bodies in an unchanged pose: one stays, the other goes half a metre."""
    people = many_people(1, 0.0, np.random.default_rng(0))
    pose, moved = poses(2, 0.2), torch.tensor([[0.0, 0, 0], [0.3, 0.4, 0]])
    recorder = Recorder()
    paper_loss(recorder, Pairs(pose, pose, moved, torch.zeros(2, dtype=torch.long)), people)  # type: ignore[arg-type]
    went = (recorder.shown[:, 1] - recorder.shown[:, 0]).norm(dim=-1)
    assert torch.allclose(went, torch.tensor([[0.0], [0.5]]).expand(2, 25), atol=1e-5)


def test_pairs_carry_the_roots_way_between_their_frames() -> None:
    """Pose and place of frame t both say t here, so that each pair's way fits its turn."""
    frame = torch.arange(200.0)
    turned = axis_angle_to_matrix(0.01 * frame[:, None, None] * torch.tensor([0.0, 0, 1]))
    clips = Clips(
        turned.expand(200, 22, 3, 3), frame[:, None] * torch.tensor([1.0, 2.0, 0.0]),
        torch.tensor([0]), torch.tensor([200]), torch.tensor([1.0]), torch.ones(1, 22),
        torch.zeros(200, 2),
    )  # fmt: skip
    people = many_people(1, 0.0, np.random.default_rng(0))
    pairs = draw_pairs(clips, people, 50, torch.Generator().manual_seed(0))
    between = matrix_to_axis_angle(pairs.start[:, 0].transpose(-1, -2) @ pairs.end[:, 0])[:, 2]
    assert torch.allclose(pairs.moved[:, 0], 100 * between, atol=1e-2)
    assert torch.allclose(pairs.moved[:, 1], 200 * between, atol=2e-2)


def test_drift_guard_holds_the_pose_where_the_prediction_is_worse() -> None:
    """The network turns every joint by a radian at each step; the guard begins past frame 60."""
    still = poses(1, 0.1).expand(64, -1, -1, -1)
    wrong = axis_angle_to_matrix(torch.tensor([0.0, 1.0, 0.0])).expand(1, 22, 3, 3)
    nothing = torch.eye(3).expand(1, 22, 3, 3)
    answers = [nothing] * infer.GUARDED_FROM + [wrong] * 3
    target = keypoints(still, BONES, torch.zeros(64, 3))
    solver = infer.PaperSolver(Oracle(answers), BONES.numpy(), np.zeros(10))  # type: ignore[arg-type]
    found, _ = solver.sequence(still[0], torch.zeros(3), target, None)
    assert torch.allclose(found[-1], still[-1], atol=1e-4)


# --- learning -------------------------------------------------------------------------------


def test_network_learns_pairs_of_a_clip() -> None:
    """A few steps on one little clip bring the published loss down by more than half."""
    torch.manual_seed(0)
    ends = axis_angle_to_matrix(torch.linspace(0, 1, 40)[:, None, None] * torch.randn(1, 22, 3))
    roots = torch.linspace(0, 1, 40)[:, None] * torch.tensor([0.5, 0.0, 0.1])
    clips = Clips(
        ends,
        roots,
        torch.tensor([0]),
        torch.tensor([40]),
        torch.tensor([1.0]),
        torch.ones(1, 22),
        torch.zeros(40, 2),
    )
    people = many_people(2, 0.05, np.random.default_rng(0))
    network = PaperNetwork(dropout=0.0)
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3)
    random = torch.Generator().manual_seed(0)
    losses = []
    for _ in range(25):
        loss, _ = paper_loss(network, draw_pairs(clips, people, 8, random), people)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert np.mean(losses[-3:]) < 0.5 * losses[0]


def test_training_ends_by_steps_or_by_the_clock() -> None:
    by_steps, by_time = PaperSettings(steps=200), PaperSettings(steps=200, minutes=1.0)
    assert share_done(by_steps, 50, 1e6) == 0.25
    assert share_done(by_time, 50, 6.0) == 0.25
    assert share_done(by_time, 50, 45.0) == 0.75
    assert share_done(by_time, 50, 61.0) == 1.0


def test_training_that_ran_out_of_time_writes_its_weights(tmp_path: Path) -> None:
    from lsmplify_core.evaluation.synthetic import strolling
    from lsmplify_core.motion.motion import save_motion

    save_motion(strolling(60, 30.0), tmp_path / "data/a.npz")
    out = tmp_path / "paper.npz"
    settings = PaperSettings(steps=9999, batch=4, people=2, minutes=1e-4)
    train_network("paper", [settings], tmp_path / "data", out)
    assert isinstance(convert.load_paper_network(out), PaperNetwork)


def test_minutes_are_for_the_papers_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "--data", str(tmp_path), "--out", str(tmp_path / "a.npz"), "--minutes", "3"]
    assert main(words) == 2
    assert "--network paper" in capsys.readouterr().err


def test_skin_of_the_loss_is_the_mannequin() -> None:
    """Linear blend skinning here and in the mannequin's own room agree."""
    from lsmplify_core.body.mannequin import mannequin, skin
    from lsmplify_core.geometry.kinematics import forward

    people = many_people(1, 0.0, np.random.default_rng(0))
    pose, root = poses(2), torch.tensor([[0.1, 0.2, 0.3], [0.0, 0.0, 1.0]])
    turned, placed = forward(pose, people.bones[:1].expand(2, -1, -1), root)
    found = people.skin(torch.tensor([0, 0]), turned, placed)
    body = default_body()
    mesh = mannequin(body)
    wanted = skin(mesh, body, pose.double().numpy(), root.double().numpy())[:, ::6]
    assert np.allclose(found.numpy(), wanted, atol=1e-5)


# --- the method -----------------------------------------------------------------------------


def test_method_says_which_layout_it_knows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from lsmplify_core.motion.motion import Motion, save_motion

    rest = np.broadcast_to(np.eye(3), (8, 24, 3, 3))
    save_motion(Motion(rest, np.zeros((8, 3)), 30.0, default_body()), tmp_path / "clip.npz")
    code = main(["evaluate", "--data", str(tmp_path), "--method", "paper", "--layout", "COCO_17"])
    assert code == 2
    assert "BODY_25 only" in capsys.readouterr().err
