# SPDX-License-Identifier: GPL-3.0-or-later
"""The network that is trained here and run by `lsmplify_core.ik.learned.network` in NumPy.

As in Learnable SMPLify (arXiv 2508.13562) it predicts in one pass the residual rotations that lead
from a start pose to the pose that the points show, `R = R_start · dR`, in 6D. Unlike the paper's it
reads no keypoint positions but `features`, which any layout has, and it sees past and future frames
through dilated convolutions over time.
"""

import torch
from torch import Tensor, nn

from ..geometry.skeleton import N_POSED
from ..ik.learned.features import N_FEATURES
from ..ik.learned.network import DILATIONS, N_OUTPUTS, WIDTH


class Block(nn.Module):
    """x + W2 relu(conv(norm(x))), the convolution over three frames `dilation` apart."""

    def __init__(self, width: int, dilation: int, dropout: float = 0.0) -> None:
        """Build it small, so that deep stacks begin near the identity.

        dropout: share of the hidden numbers that training leaves out.
        """
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.dilation = dilation
        self.scale = nn.Parameter(torch.ones(width))
        self.mix = nn.Linear(3 * width, width)
        self.out = nn.Linear(width, width)
        nn.init.zeros_(self.out.bias)
        with torch.no_grad():
            self.out.weight.mul_(0.3)

    def forward(self, x: Tensor) -> Tensor:
        """(S, L, width) -> (S, L, width)."""
        h = normed(x) * self.scale
        d = min(self.dilation, x.shape[1])
        before = nn.functional.pad(h[:, :-d], (0, 0, d, 0))
        after = nn.functional.pad(h[:, d:], (0, 0, 0, d))
        h = torch.relu(self.mix(torch.cat((before, h, after), dim=-1)))
        return x + self.out(self.dropout(h))


class LearnedIK(nn.Module):
    """features (S, L, 426) of S sequences of L frames -> (S, L, 157) raw outputs.

    The network that corrects solved poses of noisy takes is another of it, with more inputs.
    """

    mean: Tensor
    spread: Tensor

    def __init__(
        self,
        width: int = WIDTH,
        dilations: tuple[int, ...] = DILATIONS,
        inputs: int = N_FEATURES,
        dropout: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        """Build it with small last weights, so that it begins by changing little.

        dropout: shares of the inputs and of the hidden numbers that training leaves out.
        """
        super().__init__()
        self.register_buffer("mean", torch.zeros(inputs))
        self.register_buffer("spread", torch.ones(inputs))
        self.dropout = nn.Dropout(dropout[0])
        self.first = nn.Linear(inputs, width)
        self.blocks = nn.ModuleList(Block(width, d, dropout[1]) for d in dilations)
        self.scale = nn.Parameter(torch.ones(width))
        self.last = nn.Linear(width, N_OUTPUTS)
        with torch.no_grad():
            self.last.weight.mul_(0.1)
            self.last.bias.zero_()
            self.last.bias[-N_POSED:] = -2.0

    def forward(self, x: Tensor) -> Tensor:
        """Raw outputs; `network.apply_outputs` says what they mean."""
        x = torch.clamp((x - self.mean) / self.spread, -8.0, 8.0)
        x = self.first(self.dropout(x))
        for block in self.blocks:
            x = block(x)
        return self.last(normed(x) * self.scale)


def normed(x: Tensor) -> Tensor:
    """Each frame's vector brought to unit mean square (RMS norm)."""
    return x * torch.rsqrt(torch.mean(x * x, dim=-1, keepdim=True) + 1e-6)
