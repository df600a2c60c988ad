# SPDX-License-Identifier: GPL-3.0-or-later
"""What a training tells while it runs: lines with the time left, a CSV file, TensorBoard."""

import csv
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..files.atomic import write_whole
from ..runtime.console import say, say_over
from ..runtime.errors import InputError

EVERY: Final = 50
"""Lessons that a line is the mean of."""


class Journal:
    """Collects the figures of lessons and tells their means every so many lessons."""

    def __init__(
        self, names: tuple[str, ...], turns: int, lessons: int, cycle: tuple[int, int],
        log: Path | None, tensorboard: Path | None, begun: float = 0.0, done: int = 0,
    ) -> None:  # fmt: skip
        """names: of a turn's figures. cycle: its number from 0, and how many there are. log: a
        .csv, or a text file that lines are added to. begun, done: seconds and lessons before this
        run."""
        self._names, self._turns, self._lessons, self._cycle = names, turns, lessons, cycle
        self._sums = np.zeros((turns, len(names)))
        self._count = 0
        self._first, self._before, self._start = done, begun, time.monotonic()
        self._bar = sys.stderr is not None and sys.stderr.isatty()
        self._shown = 0.0
        self._text = log if log is not None and log.suffix.lower() != ".csv" else None
        self._table = None if log is None or self._text is not None else Table(log, cycle[0], done)
        self._board = None if tensorboard is None else _board(tensorboard)

    @property
    def seconds(self) -> float:
        """Spent in this cycle, earlier runs included."""
        return self._before + time.monotonic() - self._start

    def add(self, turn: int, figures: tuple[float, ...]) -> None:
        """One lesson's figures at a turn."""
        self._sums[turn] += figures

    def lessons_done(self, done: int, more: int, rate: float) -> None:
        """After `more` lessons, `done` in all: a line where enough have come together."""
        self._count += more
        if done // EVERY > (done - more) // EVERY or done == self._lessons:
            self._tell(done, rate)
        elif self._bar and time.monotonic() - self._shown > 1.0:
            self._shown = time.monotonic()
            say_over(f"{self._where(done)}, {self._left(done)} left")

    def validated(self, done: int, figures: Mapping[str, float]) -> None:
        """What the network does on clips that it never learns from."""
        said = "  ".join(f"{name} {value:.3f}" for name, value in figures.items())
        self._line(f"{self._where(done)}: validation  {said}")
        values = {f"validation_{name}": value for name, value in figures.items()}
        self._record(done, values)

    def close(self) -> None:
        """Write out what is buffered."""
        if self._board is not None:
            self._board.close()

    def _tell(self, done: int, rate: float) -> None:
        means = self._sums / max(self._count, 1)
        turns = " → ".join(
            "  ".join(f"{n} {v:.2f}" for n, v in zip(self._names, row, strict=True))
            for row in means
        )
        speed = (done - self._first) / max(time.monotonic() - self._start, 1e-9)
        self._line(
            f"{self._where(done)}  {self.seconds:.0f} s  {turns}  "
            f"{speed:.2f} lessons/s, {self._left(done)} left"
        )
        values: dict[str, float] = {"seconds": round(self.seconds, 1), "rate": rate}
        for turn, row in enumerate(means, 1):
            end = f"_{turn}" if self._turns > 1 else ""
            values |= {f"{n}{end}": float(v) for n, v in zip(self._names, row, strict=True)}
        self._record(done, values)
        self._sums[:] = 0
        self._count = 0

    def _where(self, done: int) -> str:
        cycle, cycles = self._cycle
        which = f"cycle {cycle + 1} of {cycles}, " if cycles > 1 else ""
        return f"{which}lesson {done} of {self._lessons}"

    def _left(self, done: int) -> str:
        spent = time.monotonic() - self._start
        seconds = spent / max(done - self._first, 1) * (self._lessons - done)
        if seconds < 120:
            return f"{seconds:.0f} s"
        return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"

    def _line(self, line: str) -> None:
        if self._bar:
            say_over("")
        say(line)
        if self._text is not None:
            with self._text.open("a", encoding="utf-8") as file:
                file.write(line + "\n")

    def _record(self, done: int, values: Mapping[str, float]) -> None:
        if self._table is not None:
            self._table.add(self._cycle[0], done, values)
        if self._board is not None:
            for name, value in values.items():
                self._board.add_scalar(f"cycle_{self._cycle[0] + 1}/{name}", value, done)


class Table:
    """A CSV file with a column for whatever was told once; rows of lessons that a resumed training
    does anew are dropped."""

    def __init__(self, path: Path, cycle: int, done: int) -> None:
        """cycle, done: where the training goes on; 0, 0 begins a new file."""
        self._path = path
        self._rows: list[dict[str, Any]] = []
        if (cycle, done) != (0, 0) and path.exists():
            with path.open(newline="", encoding="utf-8") as file:
                rows = [row for row in csv.DictReader(file) if _is_row(row)]
            place = (cycle + 1, done)
            self._rows = [r for r in rows if (int(r["cycle"]), int(r["lesson"])) <= place]

    def add(self, cycle: int, lesson: int, values: Mapping[str, float]) -> None:
        """A row more; the file is whole at any time."""
        self._rows.append({"cycle": cycle + 1, "lesson": lesson, **values})
        columns = list(dict.fromkeys(name for row in self._rows for name in row))
        lines = [",".join(columns)]
        lines += [",".join(_cell(row.get(name, "")) for name in columns) for row in self._rows]
        text = "\n".join(lines) + "\n"
        write_whole(self._path, lambda file: file.write(text.encode()))


def _is_row(row: Mapping[str, Any]) -> bool:
    return str(row.get("cycle", "")).isdecimal() and str(row.get("lesson", "")).isdecimal()


def _cell(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _board(folder: Path) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise InputError(
            "--tensorboard needs TensorBoard; install it with: pip install tensorboard"
        ) from error
    return SummaryWriter(str(folder))
