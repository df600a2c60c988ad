# SPDX-License-Identifier: GPL-3.0-or-later
"""What the project's own two networks have in common as the loop trains them: AdamW over one cycle
of learning rates, from the first lesson to the last."""

from dataclasses import asdict
from typing import Any, Final

import torch
from torch import nn

_FINAL: Final = 100
"""The rate that a cycle begins with is so many times the one that it ends with."""


class OneCycleTraining:
    """Optimiser, schedule and stored settings of a `learning.loop.Trainee`."""

    model: nn.Module

    def __init__(self, settings: Any, warm_up: float, configuration: str) -> None:
        """Keep what the training is told.

        Args:
            settings: a dataclass with `rate`, the largest learning rate, `decay`, the weight
                decay of AdamW, and `seed`.
            warm_up: share of the optimiser's steps over which the rate rises.
            configuration: TOML text that goes into the weights.
        """
        torch.manual_seed(settings.seed)
        self.seed: int = settings.seed
        self._settings, self._warm_up, self._configuration = settings, warm_up, configuration

    def optimiser(self) -> torch.optim.Optimizer:
        """AdamW over the model's weights."""
        return torch.optim.AdamW(
            self.model.parameters(),
            lr=self._settings.rate,
            weight_decay=self._settings.decay,
            betas=(0.9, 0.98),
        )

    def schedule(
        self, optimiser: torch.optim.Optimizer, updates: int
    ) -> torch.optim.lr_scheduler.LRScheduler:
        """Up to the rate over the share `warm_up` of the updates, then down to nearly nothing."""
        return torch.optim.lr_scheduler.OneCycleLR(
            optimiser,
            self._settings.rate,
            total_steps=updates + 1,
            pct_start=self._warm_up,
            final_div_factor=_FINAL,
        )

    def over(self, seconds: float) -> bool:
        """Never before all lessons are done."""
        return False

    def stored(self, done: int) -> dict[str, object]:
        """Settings to keep in the weights after so many lessons."""
        return {
            **asdict(self._settings),
            "done": done,
            "configuration": self._configuration,
        }
