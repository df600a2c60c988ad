# SPDX-License-Identifier: GPL-3.0-or-later
"""How the project's own networks are optimised: AdamW over one cycle of learning rates."""

import torch
from torch import nn


def adamw(model: nn.Module, rate: float, decay: float) -> torch.optim.Optimizer:
    """AdamW over a model's weights.

    Args:
        model: whose weights are learned.
        rate: the largest learning rate.
        decay: weight decay; larger pulls weights harder to nothing.
    """
    return torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=decay, betas=(0.9, 0.98))


def one_cycle(
    optimiser: torch.optim.Optimizer, rate: float, updates: int, warm_up: float
) -> torch.optim.lr_scheduler.LRScheduler:
    """Up to `rate` over the share `warm_up` of the updates, then down to nearly nothing."""
    return torch.optim.lr_scheduler.OneCycleLR(
        optimiser, rate, total_steps=updates + 1, pct_start=warm_up, final_div_factor=100
    )
