# SPDX-License-Identifier: GPL-3.0-or-later
"""The network for points without names in torch; `lsmplify_core.unnamed.network` runs it in NumPy.

A set transformer with a bias for every pair of points in its attention, as graph transformers have
it (Ying et al., "Do Transformers Really Perform Badly for Graph Representation?", 2021); that the
labelling of marker clouds can be learned on made-up markers was shown by SOMA (Ghorbani and
Black, 2021).
"""

import torch
from torch import Tensor, nn

from ...unnamed.network import HEADS, LAYERS, N_INPUTS, N_OUTPUTS, N_PAIR, PAIR_WIDTH, WIDTH
from ..model import normed


class Block(nn.Module):
    """Attention among the points, then two layers on each of them."""

    def __init__(self, width: int) -> None:
        """Build it small, so that the stack begins near the identity."""
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))
        self.attend = nn.Linear(width, 3 * width)
        self.mix = nn.Linear(width + HEADS * PAIR_WIDTH, width)
        self.scale_again = nn.Parameter(torch.ones(width))
        self.widen = nn.Linear(width, 2 * width)
        self.out = nn.Linear(2 * width, width)
        with torch.no_grad():
            self.mix.weight.mul_(0.5)
            self.out.weight.mul_(0.5)

    def forward(self, x: Tensor, bias: Tensor, pairs: Tensor) -> Tensor:
        """x (B, K, width), bias (B, HEADS, K, K), pairs (B, K, K, PAIR_WIDTH) -> (B, K, width)."""
        b, k = x.shape[:2]
        parts = self.attend(normed(x) * self.scale).reshape(b, k, 3, HEADS, -1)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        share = torch.softmax(query @ key.mT / query.shape[-1] ** 0.5 + bias, dim=-1)
        mixed = (share @ value).transpose(1, 2).reshape(b, k, -1)
        pooled = (share.transpose(1, 2) @ pairs).reshape(b, k, -1)
        x = x + self.mix(torch.cat((mixed, pooled), dim=-1))
        return x + self.out(torch.relu(self.widen(normed(x) * self.scale_again)))


class PointLabeller(nn.Module):
    """What `unnamed.inputs.point_inputs` returns -> raw outputs (B, K, 25)."""

    def __init__(self, width: int = WIDTH) -> None:
        """Build it."""
        super().__init__()
        self.first = nn.Linear(N_INPUTS, width)
        self.pair_first = nn.Linear(N_PAIR, PAIR_WIDTH)
        self.pair_second = nn.Linear(PAIR_WIDTH, PAIR_WIDTH)
        self.pair_last = nn.Linear(PAIR_WIDTH, LAYERS * HEADS)
        self.blocks = nn.ModuleList(Block(width) for _ in range(LAYERS))
        self.scale = nn.Parameter(torch.ones(width))
        self.last = nn.Linear(width, N_OUTPUTS)

    def forward(self, points: Tensor, pairs: Tensor) -> Tensor:
        """Raw outputs, as `PointNetwork` says."""
        x = self.first(points)
        hidden = torch.relu(self.pair_second(torch.relu(self.pair_first(pairs))))
        bias = self.pair_last(hidden).permute(0, 3, 1, 2)
        for block, own in zip(self.blocks, bias.split(HEADS, dim=1), strict=True):
            x = block(x, own, hidden)
        return self.last(normed(x) * self.scale)
