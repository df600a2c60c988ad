# SPDX-License-Identifier: GPL-3.0-or-later
"""The paper's network here beside the official code, both with the same random weights.

    python benchmarks/paper_parity.py PATH_TO_A_CHECKOUT_OF_THE_OFFICIAL_REPOSITORY

The official code runs on the processor as it stands, its SMPL layer replaced by one that returns
zeros: compared are the rotations that come out, in double precision, where a difference would be
one of method, and in single, as both run. Needs the checkout's own requirements einops, easydict
and smplx. Writes build/bench/paper_parity.json.
"""

import sys
import types
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from common import publish

from lsmplify_core.evaluation.tables import text_table
from lsmplify_core.learning.paper.convert import convert_checkpoint, load_paper_network
from lsmplify_core.learning.paper.frame import in_human_frame
from lsmplify_core.learning.paper.network import count_parameters

SAMPLES = 64


def main() -> int:
    """Build theirs, convert its weights, run both."""
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "src/module/net_body25.py").is_file():
        print("error: name a checkout of the official repository", file=sys.stderr)
        return 2
    sys.path[0] = str(Path(sys.argv[1]) / "src")  # this folder's "common" is another than theirs
    del sys.modules["common"]
    rows = [compared("single"), compared("double")]
    head = list(rows[0])
    publish("paper_parity", text_table(head, [[_shown(r[k]) for k in head] for r in rows]), rows)
    worst = max(r["rotations_largest"] for r in rows if r["precision"] == "double")
    return 0 if worst <= 1e-5 else 1


def compared(precision: str) -> dict[str, Any]:
    """Both with the same random weights and inputs; the differences of what they say."""
    if precision == "double":  # their code and ours ask for single precision in places
        torch.set_default_dtype(torch.float64)
        torch.Tensor.float = torch.Tensor.double  # type: ignore[method-assign]
    torch.manual_seed(0)
    official = official_network()
    ours, parameters = converted(official)
    if precision == "double":
        ours = ours.double()
    start, target, root, body, betas = inputs()
    frame, theirs = official_answer(official, start, target, root, body, betas)
    our_frame = in_human_frame(start, target)
    with torch.no_grad():
        residual = ours(our_frame, body.reshape(SAMPLES, -1), betas)
    apart = (theirs - rotations(root, body) @ residual).abs()
    return {
        "precision": precision,
        "samples": SAMPLES,
        "official_parameters": parameters,
        "parameters_without_padding": count_parameters(ours),
        "keypoints_largest": float((frame - our_frame).abs().max()),
        "rotations_largest": float(apart.max()),
        "rotations_mean": float(apart.mean()),
    }


def _shown(value: Any) -> str:
    return f"{value:.1e}" if isinstance(value, float) else str(value)


def inputs() -> tuple[torch.Tensor, ...]:
    """Random keypoints (metres), a root and a body pose (axis-angle), and betas."""
    start = torch.randn(SAMPLES, 25, 3)
    target = start + 0.1 * torch.randn(SAMPLES, 25, 3)
    root = torch.randn(SAMPLES, 1, 3)
    body = 0.5 * torch.randn(SAMPLES, 23, 3)
    return start, target, root, body, torch.randn(SAMPLES, 10)


def official_network() -> Any:
    """Their module with random weights and statistics, without body model files."""
    torch.Tensor.cuda = lambda self, *_, **__: self  # type: ignore[method-assign]
    sys.modules["common.human_models"] = types.SimpleNamespace(SMPL=object)  # type: ignore[assignment]
    from easydict import EasyDict
    from module.backbone.gcn import STGCN
    from module.backbone.graph.openpose_graph import Graph
    from module.head.regressor import Regressor
    from module.net_body25 import NetBody25

    network: Any = NetBody25.__new__(NetBody25)
    torch.nn.Module.__init__(network)
    graph = Graph("spatial")
    network.backbone = STGCN(graph=graph, kp_dim=3, window_size=2, num_point=25)
    network.linear = torch.nn.Sequential(
        torch.nn.Linear(335, 256), torch.nn.ReLU(), torch.nn.Linear(256, 256 * 22)
    )
    network.regressor = Regressor(22, 256, 256, 6)
    network.pred_pose_num = 22
    network.human_model = EasyDict(layer={"neutral": no_body})
    network.openpose_regressor = torch.zeros(25, 1)
    for name, value in network.state_dict().items():
        if value.is_floating_point() and ("bn" in name or "mask" in name):
            value.copy_(0.5 + torch.rand_like(value))
    return network.eval()


def no_body(**given: torch.Tensor) -> Any:
    """A body of one vertex at the origin."""
    return types.SimpleNamespace(vertices=torch.zeros(len(given["betas"]), 1, 3))


def converted(official: Any) -> tuple[Any, int]:
    """Their weights by way of a checkpoint file; and how many they are."""
    state = {k: v for k, v in official.state_dict().items()}
    parameters = count_parameters(official)
    with TemporaryDirectory() as folder:
        checkpoint, out = Path(folder) / "best_ckpt.pth.tar", Path(folder) / "paper.npz"
        torch.save({"model": state, "epochs": 1, "optimizer": {}}, checkpoint)
        convert_checkpoint(checkpoint, out)
        return load_paper_network(out), parameters


def official_answer(
    network: Any, start: torch.Tensor, target: torch.Tensor, root: torch.Tensor,
    body: torch.Tensor, betas: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:  # fmt: skip
    """Their normalised keypoints (N, 2, 25, 3) and rotations (N, 22, 3, 3)."""
    from common.keypoint_geo import normalize_kp

    index = {"pelvis": 8, "thorax": 1, "left_hip": 12, "right_hip": 9}
    first, axes, origin = normalize_kp(start, None, index)
    second, _, _ = normalize_kp(target, None, index, R=axes, T=origin)
    frame = torch.stack((first, second), dim=1)
    with torch.no_grad():
        answer = network.predict(frame.permute(0, 3, 1, 2), root, body, betas)
    return frame, answer[2]


def rotations(root: torch.Tensor, body: torch.Tensor) -> torch.Tensor:
    """Axis-angles to matrices (N, 22, 3, 3) by smplx, as theirs."""
    from smplx.lbs import batch_rodrigues

    vectors = torch.cat((root, body[:, :21]), dim=1)
    return batch_rodrigues(vectors.reshape(-1, 3)).reshape(len(root), 22, 3, 3)


if __name__ == "__main__":
    raise SystemExit(main())
