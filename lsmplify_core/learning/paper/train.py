# SPDX-License-Identifier: GPL-3.0-or-later
"""Training the paper's network as published (§3.3, §4.1): true starts, pairs of frames of a clip.

Loss: 5 · keypoints + rotations · 2/π + vertices, distances in metres. AdamW with weight decay 0.1,
the rate falling by a cosine, batches of 128. The published 100 epochs at a rate of 1e-4 with a dropout of
0.5 are for all of AMASS on several graphics cards; `PaperSettings` says what the comparison here
uses: fewer steps at a higher rate, and no dropout, which a short training has no use for.
"""

import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...geometry.kinematics import forward
from ...geometry.rotations import angle_between, matrix_to_axis_angle
from ...geometry.skeleton import N_JOINTS, N_POSED
from ...runtime.console import say
from ..data import Clips, load_clips
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
    """steps: batches. minutes: where given, training ends after so long if steps are left, the rate
    having fallen by then. people: bodies to draw from, their regions varying by `proportions`."""

    steps: int = 20000
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
    """N pairs. start, end: (N, 24, 3, 3) local rotations. moved: (N, 3) metres, how far the root went
    between them. who: (N,) the body."""

    start: Tensor
    end: Tensor
    moved: Tensor
    who: Tensor


def train_paper(data: Path, out: Path, settings: PaperSettings, log: Path | None = None) -> None:
    """Train on the clips below `data` and write the weights to `out` (npz)."""
    torch.manual_seed(settings.seed)
    generator = torch.Generator().manual_seed(settings.seed)
    clips = load_clips(data)
    people = many_people(
        settings.people, settings.proportions, np.random.default_rng(settings.seed)
    )
    network = PaperNetwork("body25", settings.dropout)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=settings.rate, weight_decay=settings.decay
    )
    began, sums = time.time(), np.zeros(3)
    for step in range(1, settings.steps + 1):
        done = share_done(settings, step - 1, time.time() - began)
        for group in optimiser.param_groups:
            group["lr"] = settings.rate * max(0.5 * (1.0 + math.cos(math.pi * done)), _LEAST_RATE)
        pairs = draw_pairs(clips, people, settings.batch, generator)
        loss, figures = paper_loss(network, pairs, people, settings.half)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        sums += figures
        if step % 100 == 0:
            _note(log, step, sums / 100, time.time() - began)
            sums[:] = 0
        last = step == settings.steps or done >= 1.0
        if step % 500 == 0 or last:
            save_paper_network(network, out, {**asdict(settings), "done": step})
        if last:
            return


def share_done(settings: PaperSettings, steps: int, seconds: float) -> float:
    """0 to 1, by steps or by time, whichever ends the training earlier."""
    by_time = 0.0 if settings.minutes is None else seconds / (60.0 * settings.minutes)
    return min(max(steps / settings.steps, by_time), 1.0)


def draw_pairs(clips: Clips, people: People, count: int, random: torch.Generator) -> Pairs:
    """Frames t and t ± s of one clip, s from STRIDES; every frame of the data as likely."""
    chance = clips.lengths.double()
    which = torch.multinomial(chance, count, replacement=True, generator=random)
    stride = torch.tensor(STRIDES)[torch.randint(len(STRIDES), (count,), generator=random)]
    lengths = clips.lengths[which]
    low = (_CLIPPED * lengths).long()
    room = ((1 - 2 * _CLIPPED) * lengths - stride).clamp(min=1)
    first = low + (torch.rand(count, generator=random) * room).long()
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
    network: PaperNetwork, pairs: Pairs, people: People, half: bool = False
) -> tuple[Tensor, tuple[float, float, float]]:
    """The published loss, and its parts as degrees, mm of keypoints and mm of vertices.

    half: run the network in bfloat16, which takes two thirds of the time.
    """
    bones = people.bones[pairs.who]
    start_points = points_of(*forward(pairs.start, bones, torch.zeros_like(pairs.moved)))
    turned, placed = forward(pairs.end, bones, pairs.moved)
    end_points = points_of(turned, placed)
    seen = in_human_frame(start_points, end_points)
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
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
    parts = [float(part.detach()) for part in (angle, points, skin)]
    figures = (math.degrees(parts[0]), 1000 * parts[1], 1000 * parts[2])
    return loss, figures


def body_pose(rotations: Tensor) -> Tensor:
    """(N, 69): axis-angles of all joints but the pelvis, from (N, 24, 3, 3)."""
    return matrix_to_axis_angle(rotations[:, 1:]).reshape(-1, N_BODY_POSE)


def step_from(start: Tensor, residual: Tensor) -> Tensor:
    """`R_target = R_start · dR`: (N, 24, 3, 3) and (N, 22, 3, 3) -> (N, 24, 3, 3)."""
    return torch.cat((start[:, :N_POSED] @ residual, start[:, N_POSED:]), dim=1)


def _whole(posed: Tensor) -> Tensor:
    hands = torch.eye(3).expand(len(posed), N_JOINTS - N_POSED, 3, 3)
    return torch.cat((posed, hands), dim=1)


def _apart(a: Tensor, b: Tensor) -> Tensor:
    return torch.sqrt(torch.sum((a - b) ** 2, dim=-1) + 1e-12).mean()


def _note(log: Path | None, step: int, figures: np.ndarray, seconds: float) -> None:
    angle, points, skin = figures
    line = f"step {step:6d}  {seconds:6.0f} s  {angle:5.2f}°  {points:5.1f} mm  {skin:5.1f} mm skin"
    say(line)
    if log is not None:
        with log.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
