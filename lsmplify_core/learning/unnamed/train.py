# SPDX-License-Identifier: GPL-3.0-or-later
"""Training of the network for points without names (`lsmplify train --network unnamed`)."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ...files.atomic import write_whole
from ...geometry.skeleton import N_POSED
from ...unnamed.inputs import point_inputs
from ...unnamed.network import OFFSET_SCALE
from ..data import Clips
from ..lessons import VALIDATION_SEED, Dice
from ..one_cycle import OneCycleTraining
from .lessons import PointLesson, make_point_lesson
from .model import PointLabeller

_WARM_UP = 0.05
"""Share of the steps over which the rate rises."""


@dataclass(frozen=True)
class PointSettings:
    """steps: lessons. windows: in each. rate, decay: of AdamW. average: of the weights' mean."""

    steps: int = 8000
    windows: int = 32
    rate: float = 1.2e-3
    decay: float = 0.02
    average: float = 0.998
    seed: int = 1


class PointsTrained(OneCycleTraining):
    """The network for points without names as the loop trains it."""

    names: tuple[str, ...] = ("loss", "right_percent", "offset_mm")
    turns, clip = 1, 1.0

    def __init__(
        self,
        clips: Clips,
        kept_apart: Clips | None,
        settings: PointSettings,
        start: Path | None = None,
        configuration: str = "",
    ) -> None:
        """kept_apart: clips to validate on. start: weights to go on from."""
        super().__init__(settings, _WARM_UP, configuration)
        self.model: nn.Module = PointLabeller()
        self.lessons, self.average = settings.steps, settings.average
        self._clips, self._apart = clips, kept_apart
        if start is not None:
            load_point_weights(self.model, start)

    def lesson(self, number: int) -> PointLesson:
        """Marker sets on windows of motion."""
        return make_point_lesson(self._clips, self._settings.windows, Dice(self.seed, number).numpy)

    def turn(
        self, model: nn.Module, lesson: PointLesson, state: None
    ) -> tuple[Tensor, None, Tensor]:
        """Cross entropy and offsets."""
        loss, figures = point_loss(model, lesson)
        return loss, None, torch.cat((loss.detach()[None], figures))

    def validation_lesson(self, number: int) -> PointLesson | None:
        """A lesson of the clips kept apart, the same for a number; None where there are none."""
        if self._apart is None:
            return None
        return make_point_lesson(
            self._apart, self._settings.windows, Dice(VALIDATION_SEED, number).numpy
        )

    def save(self, model: nn.Module, path: Path, done: int) -> None:
        """Half-precision weights with their settings."""
        save_point_weights(model, path, self.stored(done))


def point_loss(model: nn.Module, lesson: PointLesson) -> tuple[Tensor, Tensor]:
    """Cross entropy of the joints and distance of the offsets; share right, and mm."""
    raw = model(*point_inputs(lesson.points, lesson.seen))
    scores, offsets = raw[..., :N_POSED], OFFSET_SCALE * raw[..., N_POSED:]
    entropy = nn.functional.cross_entropy(scores.flatten(0, 1), lesson.joints.flatten())
    apart = torch.sqrt(torch.sum((offsets - lesson.offsets) ** 2, dim=-1) + 1e-8).mean()
    right = (scores.argmax(dim=-1) == lesson.joints).float().mean()
    return entropy + 5.0 * apart, torch.stack((100 * right, 1000 * apart.detach()))


def save_point_weights(model: nn.Module, path: Path, settings: dict[str, object]) -> None:
    """Half-precision npz that `unnamed.network.load_point_network` reads."""
    arrays = {k: v.numpy().astype(np.float16) for k, v in model.state_dict().items()}
    arrays["settings"] = np.array(json.dumps(settings))
    write_whole(path, lambda file: np.savez_compressed(file, **arrays))


def load_point_weights(model: nn.Module, path: Path) -> None:
    """Put the weights of an npz into the model."""
    with np.load(path, allow_pickle=False) as data:
        state = {k: torch.from_numpy(data[k].astype(np.float32)) for k in model.state_dict()}
    model.load_state_dict(state)
