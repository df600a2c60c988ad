# SPDX-License-Identifier: GPL-3.0-or-later
"""Training the paper's network as published (§3.3, §4.1): true starts, pairs of frames of a clip.

Loss: 5 · keypoints + rotations · 2/π + vertices, distances in metres. AdamW with weight decay 0.1,
the rate falling by a cosine, batches of 128. The published 100 epochs at a rate of 1e-4 with a
dropout of 0.5 are for all of AMASS on several graphics cards: `configurations/paper.toml`.
`PaperSettings` says what the comparison here uses: fewer steps at a higher rate, and no dropout,
which a short training has no use for.
"""

import math
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ...geometry.kinematics import forward
from ...geometry.rotations import angle_between, matrix_to_axis_angle
from ...geometry.skeleton import N_JOINTS, N_POSED
from ..data import Clips
from ..distributed import half_precision
from ..lessons import VALIDATION_SEED, Dice, moved, seed_of
from .bodies import People, many_people, points_of
from .convert import save_paper_network
from .frame import in_human_frame
from .network import N_BODY_POSE, PaperNetwork

STRIDES = (1, 3, 5, 7, 9)
_LEAST_RATE = 1e-3
"""What is left of the rate at the end."""
_CLIPPED = 0.1
"""Share of each clip left out at both ends, where people stand and wait."""


@dataclass(frozen=True)
class PaperSettings:
    """steps: batches. epochs: where given, so many times all frames of the data in place of
    `steps`. minutes: where given, training ends after so long if steps are left, the rate having
    fallen by then. people: bodies to draw from, their regions varying by `proportions`."""

    steps: int = 20000
    epochs: int | None = None
    minutes: float | None = None
    batch: int = 128
    rate: float = 1e-3
    decay: float = 0.1
    dropout: float = 0.0
    people: int = 64
    proportions: float = 0.05
    half: bool = True
    seed: int = 1


@dataclass(frozen=True)
class Pairs:
    """N pairs. start, end: (N, 24, 3, 3) local rotations. moved: (N, 3) metres, how far the root
    went between them. who: (N,) the body."""

    start: Tensor
    end: Tensor
    moved: Tensor
    who: Tensor


class PaperTrained:
    """The paper's network as the loop trains it: one step of the optimiser for each batch of
    pairs."""

    names: tuple[str, ...] = ("degrees", "keypoints_mm", "skin_mm")
    turns, average, clip = 1, 0.0, 0.0

    def __init__(
        self,
        clips: Clips,
        kept_apart: Clips | None,
        settings: PaperSettings,
        configuration: str = "",
    ) -> None:
        """kept_apart: clips to validate on."""
        torch.manual_seed(settings.seed)
        self._clips, self._apart, self._settings = clips, kept_apart, settings
        self._configuration = configuration
        self._people = many_people(
            settings.people, settings.proportions, np.random.default_rng(settings.seed)
        )
        self.model: nn.Module = PaperNetwork("body25", settings.dropout)
        self.seed = settings.seed
        self._epochs = None if settings.epochs is None else Epochs(clips, settings)
        self.lessons = settings.steps if self._epochs is None else self._epochs.lessons
        self._began = time.monotonic()

    def lesson(self, number: int) -> Pairs:
        """Pairs that begin with an epoch's frames in a new order, or with frames at random."""
        dice = Dice(self.seed, number)
        at = None if self._epochs is None else self._epochs.frames(number)
        count = self._settings.batch if at is None else len(at[0])
        return draw_pairs(self._clips, self._people, count, dice.torch, at)

    def turn(self, model: nn.Module, lesson: Pairs, state: None) -> tuple[Tensor, None, Tensor]:
        """The published loss."""
        device = lesson.start.device
        if self._people.bones.device != device:
            self._people = moved(self._people, device)
        loss, figures = paper_loss(model, lesson, self._people, self._settings.half)
        return loss, None, figures

    def optimiser(self) -> torch.optim.Optimizer:
        """AdamW as published."""
        rate, decay = self._settings.rate, self._settings.decay
        return torch.optim.AdamW(self.model.parameters(), lr=rate, weight_decay=decay)

    def schedule(
        self, optimiser: torch.optim.Optimizer, updates: int
    ) -> torch.optim.lr_scheduler.LRScheduler:
        """A cosine over the steps, or over the minutes where these end earlier."""

        whole = replace(self._settings, steps=updates)

        def factor(step: int) -> float:
            done = share_done(whole, step, time.monotonic() - self._began)
            return max(0.5 * (1.0 + math.cos(math.pi * done)), _LEAST_RATE)

        return torch.optim.lr_scheduler.LambdaLR(optimiser, factor)

    def validation_lesson(self, number: int) -> Pairs | None:
        """A lesson of the clips kept apart, the same for a number; None where there are none."""
        if self._apart is None:
            return None
        return draw_pairs(
            self._apart, self._people, self._settings.batch, Dice(VALIDATION_SEED, number).torch
        )

    def over(self, seconds: float) -> bool:
        """When the minutes are over."""
        return share_done(self._settings, 0, time.monotonic() - self._began) >= 1.0

    def save(self, model: nn.Module, path: Path, done: int) -> None:
        """Half-precision weights with their settings."""
        assert isinstance(model, PaperNetwork)
        settings: dict[str, object] = {
            **asdict(self._settings),
            "done": done,
            "configuration": self._configuration,
        }
        save_paper_network(model, path, settings)


def share_done(settings: PaperSettings, steps: int, seconds: float) -> float:
    """0 to 1, by steps or by time, whichever ends the training earlier."""
    by_time = 0.0 if settings.minutes is None else seconds / (60.0 * settings.minutes)
    return min(max(steps / settings.steps, by_time), 1.0)


class Epochs:
    """Every frame of the data once an epoch, as the start of a pair, in an order of its own."""

    def __init__(self, clips: Clips, settings: PaperSettings) -> None:
        """The first and last tenth of each clip are left out, as in `draw_pairs`."""
        assert settings.epochs is not None
        self._low = (_CLIPPED * clips.lengths).long()
        self._count = ((1 - 2 * _CLIPPED) * clips.lengths).long().clamp(min=1)
        self._ends = torch.cumsum(self._count, 0)
        self._batch, self._seed = settings.batch, settings.seed
        self._each = max(1, math.ceil(int(self._ends[-1]) / self._batch))
        self.lessons = settings.epochs * self._each
        self._order: tuple[int, Tensor] | None = None

    def frames(self, number: int) -> tuple[Tensor, Tensor]:
        """Clips and frames in them of a batch; the last of an epoch is filled up from its first."""
        epoch, batch = divmod(number, self._each)
        if self._order is None or self._order[0] != epoch:
            generator = torch.Generator().manual_seed(seed_of(self._seed, epoch, 0))
            self._order = epoch, torch.randperm(int(self._ends[-1]), generator=generator)
        order = self._order[1]
        at = order[torch.arange(batch * self._batch, (batch + 1) * self._batch) % len(order)]
        which = torch.searchsorted(self._ends, at, right=True)
        return which, self._low[which] + at - (self._ends - self._count)[which]


def draw_pairs(
    clips: Clips,
    people: People,
    count: int,
    random: torch.Generator,
    at: tuple[Tensor, Tensor] | None = None,
) -> Pairs:
    """Frames t and t ± s of one clip, s from STRIDES; every frame of the data as likely.

    at: clips and frames in them to begin from, in place of random ones.
    """
    chance = clips.lengths.double()
    which = torch.multinomial(chance, count, replacement=True, generator=random)
    which = which if at is None else at[0]
    stride = torch.tensor(STRIDES)[torch.randint(len(STRIDES), (count,), generator=random)]
    lengths = clips.lengths[which]
    low = (_CLIPPED * lengths).long()
    room = ((1 - 2 * _CLIPPED) * lengths - stride).clamp(min=1)
    first = low + (torch.rand(count, generator=random) * room).long()
    first = first if at is None else at[1]
    second = torch.minimum(first + stride, lengths - 1)
    turned = torch.rand(count, generator=random) < 0.5
    first, second = torch.where(turned, second, first), torch.where(turned, first, second)
    who = torch.randint(len(people.bones), (count,), generator=random)
    first, second = clips.starts[which] + first, clips.starts[which] + second
    return Pairs(
        _whole(clips.rotations[first]),
        _whole(clips.rotations[second]),
        clips.roots[second] - clips.roots[first],
        who,
    )


def paper_loss(
    network: nn.Module, pairs: Pairs, people: People, half: bool = False
) -> tuple[Tensor, Tensor]:
    """The published loss, and its parts as degrees, mm of keypoints and mm of vertices.

    half: run the network in bfloat16, which takes two thirds of the time.
    """
    bones = people.bones[pairs.who]
    start_points = points_of(*forward(pairs.start, bones, torch.zeros_like(pairs.moved)))
    turned, placed = forward(pairs.end, bones, pairs.moved)
    end_points = points_of(turned, placed)
    seen = in_human_frame(start_points, end_points)
    with half_precision(seen.device, half):
        residual = network(seen, body_pose(pairs.start), people.betas[pairs.who])
    guess = step_from(pairs.start, residual.float())
    guess_turned, guess_placed = forward(guess, bones, pairs.moved)
    angle = angle_between(guess[:, :N_POSED], pairs.end[:, :N_POSED]).mean()
    points = _apart(points_of(guess_turned, guess_placed), end_points)
    skin = _apart(
        people.skin(pairs.who, guess_turned, guess_placed),
        people.skin(pairs.who, turned, placed),
    )
    loss = 5.0 * points + angle * (2.0 / math.pi) + skin
    figures = (torch.rad2deg(angle.detach()), 1000 * points.detach(), 1000 * skin.detach())
    return loss, torch.stack(figures)


def body_pose(rotations: Tensor) -> Tensor:
    """(N, 69): axis-angles of all joints but the pelvis, from (N, 24, 3, 3)."""
    return matrix_to_axis_angle(rotations[:, 1:]).reshape(-1, N_BODY_POSE)


def step_from(start: Tensor, residual: Tensor) -> Tensor:
    """`R_target = R_start · dR`: (N, 24, 3, 3) and (N, 22, 3, 3) -> (N, 24, 3, 3)."""
    return torch.cat((start[:, :N_POSED] @ residual, start[:, N_POSED:]), dim=1)


def _whole(posed: Tensor) -> Tensor:
    hands = torch.eye(3, device=posed.device).expand(len(posed), N_JOINTS - N_POSED, 3, 3)
    return torch.cat((posed, hands), dim=1)


def _apart(a: Tensor, b: Tensor) -> Tensor:
    return torch.sqrt(torch.sum((a - b) ** 2, dim=-1) + 1e-12).mean()
