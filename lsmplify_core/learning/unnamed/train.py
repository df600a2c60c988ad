# SPDX-License-Identifier: GPL-3.0-or-later
"""Training of the network for points without names:
`python -m lsmplify_core.learning.unnamed.train --data ../shared/motion/train --out FILE.npz`."""

import argparse
import copy
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ...files.atomic import write_whole
from ...geometry.skeleton import N_POSED
from ...runtime.console import say
from ...unnamed.inputs import point_inputs
from ...unnamed.network import OFFSET_SCALE
from ..data import load_clips
from .lessons import PointLesson, make_point_lesson
from .model import PointLabeller


@dataclass(frozen=True)
class PointSettings:
    """steps: lessons. windows: in each. rate, decay: of AdamW. average: of the weights' mean."""

    steps: int = 8000
    windows: int = 32
    rate: float = 1.2e-3
    decay: float = 0.02
    average: float = 0.998
    seed: int = 1


def train_points(data: Path, out: Path, settings: PointSettings, start: Path | None = None) -> None:
    """Train on the clips below `data`; the averaged weights are written every 500 steps."""
    torch.manual_seed(settings.seed)
    random = np.random.default_rng(settings.seed)
    clips = load_clips(data)
    model = PointLabeller()
    if start is not None:
        load_point_weights(model, start)
    averaged = copy.deepcopy(model)
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=settings.rate, weight_decay=settings.decay, betas=(0.9, 0.98)
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.rate, total_steps=settings.steps + 1, pct_start=0.05,
        final_div_factor=100,
    )  # fmt: skip
    began, sums = time.time(), np.zeros(3)
    for step in range(1, settings.steps + 1):
        loss, figures = point_loss(model, make_point_lesson(clips, settings.windows, random))
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        keep = min(settings.average, step / (step + 10))
        with torch.no_grad():
            for old, new in zip(averaged.parameters(), model.parameters(), strict=True):
                old.lerp_(new, 1.0 - keep)
        sums += (loss.item(), *figures)
        if step % 100 == 0:
            told = sums / 100
            say(
                f"step {step:6d}  {time.time() - began:6.0f} s  loss {told[0]:.3f}  "
                f"right {100 * told[1]:.1f} %  offset {told[2]:.0f} mm"
            )
            sums[:] = 0
        if step % 500 == 0 or step == settings.steps:
            save_point_weights(averaged, out, {**asdict(settings), "done": step})


def point_loss(model: PointLabeller, lesson: PointLesson) -> tuple[Tensor, tuple[float, float]]:
    """Cross entropy of the joints and distance of the offsets; share right, and mm."""
    raw = model(*point_inputs(lesson.points, lesson.seen))
    scores, offsets = raw[..., :N_POSED], OFFSET_SCALE * raw[..., N_POSED:]
    entropy = nn.functional.cross_entropy(scores.flatten(0, 1), lesson.joints.flatten())
    apart = torch.sqrt(torch.sum((offsets - lesson.offsets) ** 2, dim=-1) + 1e-8).mean()
    right = (scores.argmax(dim=-1) == lesson.joints).float().mean()
    return entropy + 5.0 * apart, (right.item(), 1000 * apart.item())


def save_point_weights(model: PointLabeller, path: Path, settings: dict[str, object]) -> None:
    """Half-precision npz that `unnamed.network.load_point_network` reads."""
    arrays = {k: v.numpy().astype(np.float16) for k, v in model.state_dict().items()}
    arrays["settings"] = np.array(json.dumps(settings))
    write_whole(path, lambda file: np.savez_compressed(file, **arrays))


def load_point_weights(model: PointLabeller, path: Path) -> None:
    """Put the weights of an npz into the model."""
    with np.load(path, allow_pickle=False) as data:
        state = {k: torch.from_numpy(data[k].astype(np.float32)) for k in model.state_dict()}
    model.load_state_dict(state)


def main() -> None:
    """Read the options and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=PointSettings.steps)
    parser.add_argument("--seed", type=int, default=PointSettings.seed)
    parser.add_argument("--start", type=Path, help="weights to go on from")
    args = parser.parse_args()
    settings = PointSettings(steps=args.steps, seed=args.seed)
    train_points(args.data, args.out, settings, args.start)


if __name__ == "__main__":
    main()
