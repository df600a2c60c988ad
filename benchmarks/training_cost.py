# SPDX-License-Identifier: GPL-3.0-or-later
"""What it takes to train each network: arithmetic counted, processor time measured, the rest worked
out.

    .venv/bin/python benchmarks/training_cost.py ../shared/motion/train

PyTorch's counters give the floating-point operations and the kernels of a lesson, forwards and
backwards. Hours on a GPU are a calculation: operations over a share of the peak that the maker
states (dense), or kernels times what starting one takes, whichever is more. They are true only if
enough processes make lessons (`--workers`), whose number is in the table too.
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from lsmplify_core.learning.configuration import (
    configuration_path,
    read_configuration,
    settings_of,
)
from lsmplify_core.learning.data import clips_of
from lsmplify_core.learning.running import KINDS

AMASS_HOURS = 62.9
"""Of motion in AMASS (Mahmood et al. 2019 with later additions, as its site counts); 30 frames a
second."""
PEAK = {"RTX 4090": (82.6e12, 165e12), "A100": (19.5e12, 312e12), "H100 SXM": (67e12, 989e12)}
"""Peak operations a second in single precision and in bfloat16, dense, as the makers state them."""
SHARE = 0.1
"""Of the peak that is reached by matrices of this size."""
KERNEL_SECONDS = 8e-6
"""From one kernel to the next where Python starts them: 5 to 10 µs are usual."""


@dataclass(frozen=True)
class Cost:
    """name: configuration. lessons: of all cycles. flops, kernels: of a lesson. make, learn:
    seconds of processor time to make a lesson and to learn from it. half: whether products are in
    bfloat16."""

    name: str
    parameters: int
    lessons: int
    flops: float
    kernels: int
    make: float
    learn: float
    half: bool


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="folder of motion clips")
    parser.add_argument("--clips", type=int, default=30, help="that lessons are drawn from")
    args = parser.parse_args()
    torch.set_num_threads(1)
    files = sorted(args.data.rglob("*.npz"))
    clips = clips_of([files[i] for i in np.linspace(0, len(files) - 1, args.clips).astype(int)])
    costs = [cost(name, clips) for name in ("ours", "unnamed", "paper")]
    print(table(costs))


def cost(name: str, clips: Any) -> Cost:
    """Of a shipped configuration; for the paper's, of an epoch count over all of AMASS."""
    network, tables = read_configuration(configuration_path(name))
    kind = KINDS[network]
    cycles = [settings_of(kind.settings, table, name) for table in tables]
    trainee = kind.build(clips, None, cycles[0], None, "")
    lessons = sum(cycle.steps for cycle in cycles)
    if getattr(cycles[0], "epochs", None):
        frames = 0.8 * AMASS_HOURS * 3600 * 30
        lessons = cycles[0].epochs * int(np.ceil(frames / cycles[0].batch))
    one_lesson(trainee, trainee.lesson(0))
    began = time.process_time()
    made = [trainee.lesson(i) for i in range(5)]
    make = (time.process_time() - began) / len(made)
    began = time.process_time()
    for lesson in made[:3]:
        one_lesson(trainee, lesson)
    learn = (time.process_time() - began) / 3
    with FlopCounterMode(display=False) as counter:
        one_lesson(trainee, made[0])
    with Kernels() as kernels:
        one_lesson(trainee, made[0])
        trainee.optimiser().step()
    parameters = sum(p.numel() for p in trainee.model.parameters())
    half = getattr(cycles[0], "half", False)
    flops = counter.get_total_flops()
    return Cost(name, parameters, int(lessons), flops, kernels.count, make, learn, half)


class Kernels(TorchDispatchMode):
    """Counts what reaches a device's own code, views left out."""

    def __init__(self) -> None:
        """From none."""
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Called for every operation."""
        name = func._schema.name.removeprefix("aten::")
        if name not in _VIEWS and not func.is_view:
            self.count += 1
        return func(*args, **(kwargs or {}))


_VIEWS = ("detach", "_unsafe_view", "_reshape_alias", "lift_fresh")


def one_lesson(trainee: Any, lesson: Any) -> None:
    """All turns, forwards and backwards."""
    state = None
    for _ in range(trainee.turns):
        loss, state, _ = trainee.turn(trainee.model, lesson, state)
        loss.backward()


def table(costs: list[Cost]) -> str:
    """As in docs/training.md."""
    head = ["network", "parameters", "lessons", "GFLOP a lesson", "kernels a lesson",
            "PFLOP in all", "one core, hours",
            "making lessons, core hours", *(f"{g}, hours" for g in PEAK),
            "workers for an A100"]  # fmt: skip
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for c in costs:
        total = c.lessons * c.flops
        starts = c.lessons * c.kernels * KERNEL_SECONDS / 3600
        hours = {g: max(total / (SHARE * p[c.half]) / 3600, starts) for g, p in PEAK.items()}
        making = c.lessons * c.make / 3600
        cells = [
            c.name, f"{c.parameters:,}", f"{c.lessons:,}", f"{c.flops / 1e9:.3g}",
            f"{c.kernels:,}", f"{total / 1e15:.3g}", f"{c.lessons * (c.make + c.learn) / 3600:.3g}",
            f"{making:.3g}",
            *(f"{h:.2g}" for h in hours.values()),
            f"{int(np.ceil(making / hours['A100']))}",
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
