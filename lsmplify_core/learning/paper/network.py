# SPDX-License-Identifier: GPL-3.0-or-later
"""The network of Learnable SMPLify (arXiv 2508.13562, §3): ST-GCN backbone, one head a joint.

Of the published temporal kernels of nine frames only those taps exist here that ever meet a frame:
with two moments three, and one after the stride that leaves a single moment. The other 2.03 million
weights only ever multiply padding; the function is the same without them.
"""

from typing import Final

import torch
from torch import Tensor, nn

from ...geometry.rotations import sixd_to_matrix
from ...geometry.skeleton import N_POSED
from .graph import N_POINTS, partitions

MOMENTS: Final = 2
N_BETAS: Final = 10
N_BODY_POSE: Final = 69
_UNITS: Final = (
    (64, 64, 1), (64, 64, 1), (64, 64, 1), (64, 128, 2), (128, 128, 1), (128, 128, 1),
    (128, 256, 2), (256, 256, 1), (256, 256, 1),
)  # fmt: skip
"""Channels in, channels out and temporal stride of the nine blocks."""
_FEATURES: Final = 256
_PUBLISHED_KERNEL: Final = 9


class SpatialConvolution(nn.Module):
    """Each partition of the graph mixed by its own 1 × 1 convolution; edges reweighed by a mask."""

    adjacency: Tensor

    def __init__(self, channels: int, out: int, adjacency: Tensor) -> None:
        """adjacency: (3, 25, 25), `graph.partitions`."""
        super().__init__()
        self.register_buffer("adjacency", adjacency, persistent=False)
        self.mask = nn.Parameter(torch.ones_like(adjacency))
        self.mixes = nn.ModuleList(nn.Conv2d(channels, out, 1) for _ in adjacency)
        self.norm = nn.BatchNorm2d(out)
        for mix in self.mixes:
            _he_normal(mix)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, T, 25) -> (N, C', T, 25)."""
        edges = self.adjacency * self.mask
        total = sum(mix(x @ a) for mix, a in zip(self.mixes, edges, strict=True))
        return torch.relu(self.norm(total))


class TemporalConvolution(nn.Module):
    """Dropout, a convolution over the moments, normalisation, ReLU."""

    def __init__(
        self, channels: int, out: int, moments: int, stride: int, kernel: int, dropout: float
    ) -> None:
        """moments: how many come in; the kernel is cut to what they can fill."""
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        kernel = min(kernel, 2 * moments - 1)
        self.conv = nn.Conv2d(channels, out, (kernel, 1), (stride, 1), (kernel // 2, 0))
        self.norm = nn.BatchNorm2d(out)
        _he_normal(self.conv)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, T, 25) -> (N, C', T', 25)."""
        return torch.relu(self.norm(self.conv(self.dropout(x))))


class Unit(nn.Module):
    """A spatial, then a temporal convolution, and a way past both."""

    def __init__(
        self, channels: int, out: int, moments: int, stride: int, dropout: float, adjacency: Tensor
    ) -> None:
        """The way past is a convolution of its own where the shape changes."""
        super().__init__()
        self.space = SpatialConvolution(channels, out, adjacency)
        self.time = TemporalConvolution(out, out, moments, stride, _PUBLISHED_KERNEL, dropout)
        changes = channels != out or stride != 1
        self.past = TemporalConvolution(channels, out, moments, stride, 1, 0.0) if changes else None

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, T, 25) -> (N, C', T', 25)."""
        return self.time(self.space(x)) + (x if self.past is None else self.past(x))


class Backbone(nn.Module):
    """ST-GCN (Yan et al. 2018) over the keypoints of two moments."""

    def __init__(self, graph: str, dropout: float) -> None:
        """graph: "body25" or "released"."""
        super().__init__()
        adjacency = torch.from_numpy(partitions(graph)).float()
        self.norm = nn.BatchNorm1d(3 * N_POINTS)
        self.space = SpatialConvolution(3, _UNITS[0][0], adjacency)
        self.time = TemporalConvolution(64, 64, MOMENTS, 1, _PUBLISHED_KERNEL, 0.0)
        moments = MOMENTS
        units: list[Unit] = []
        for channels, out, stride in _UNITS:
            units.append(Unit(channels, out, moments, stride, dropout, adjacency))
            moments = -(-moments // stride)
        self.units = nn.ModuleList(units)

    def forward(self, points: Tensor) -> Tensor:
        """(N, 2, 25, 3) -> (N, 256)."""
        n, moments = points.shape[:2]
        flat = points.permute(0, 2, 3, 1).reshape(n, 3 * N_POINTS, moments)
        x = self.norm(flat).reshape(n, N_POINTS, 3, moments).permute(0, 2, 3, 1)
        x = self.time(self.space(x))
        for unit in self.units:
            x = unit(x)
        return x.mean(dim=(2, 3))


class Heads(nn.Module):
    """A linear layer of its own for each joint."""

    def __init__(self, features: int, out: int) -> None:
        """Weights (22, out, features), begun as `nn.Linear` begins."""
        super().__init__()
        bound = features**-0.5
        self.weight = nn.Parameter(torch.empty(N_POSED, out, features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(N_POSED, out).uniform_(-bound, bound))

    def forward(self, x: Tensor) -> Tensor:
        """(N, 22, features) -> (N, 22, out)."""
        return torch.einsum("jof,njf->njo", self.weight, x) + self.bias


class PaperNetwork(nn.Module):
    """Keypoints of a start and of a target moment, and the start pose -> residual rotations."""

    def __init__(self, graph: str = "body25", dropout: float = 0.5) -> None:
        """graph: "body25", or "released" for the official weights."""
        super().__init__()
        self.graph = graph
        self.backbone = Backbone(graph, dropout)
        self.enter = nn.Linear(_FEATURES + N_BODY_POSE + N_BETAS, _FEATURES)
        self.spread = nn.Linear(_FEATURES, N_POSED * _FEATURES)
        self.hidden = Heads(_FEATURES, _FEATURES)
        self.out = Heads(_FEATURES, 6)

    def forward(self, points: Tensor, body_pose: Tensor, betas: Tensor) -> Tensor:
        """Residual rotations (N, 22, 3, 3) with `R_target = R_start · dR`.

        points: (N, 2, 25, 3) start and target keypoints in the start's own frame (`frame.py`).
        body_pose: (N, 69) axis-angles of the start's joints but the pelvis. betas: (N, 10).
        """
        n = len(points)
        x = torch.cat((self.backbone(points), body_pose, betas), dim=1)
        x = self.spread(torch.relu(self.enter(x))).reshape(n, N_POSED, _FEATURES)
        sixd = self.out(torch.relu(self.hidden(x))).float()
        # the paper's 6D runs along the rows of a 3 × 2 matrix, ours along its columns
        columns = sixd.reshape(n, N_POSED, 3, 2).transpose(-1, -2)
        return sixd_to_matrix(columns.reshape(n, N_POSED, 6))


def _he_normal(conv: nn.Module) -> None:
    """Weights as spread as He et al. (2015) say for the taps that meet a frame."""
    assert isinstance(conv, nn.Conv2d)
    nn.init.normal_(conv.weight, std=(2.0 / (conv.out_channels * conv.kernel_size[0])) ** 0.5)


def count_parameters(network: nn.Module) -> int:
    """How many numbers are trained."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)
