# SPDX-License-Identifier: GPL-3.0-or-later
"""Work on a device in batches that its memory holds."""

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from threading import RLock
from typing import Final, TypeVar

import torch

from ...runtime.errors import InputError

R = TypeVar("R")

BATCH: Final = {"cpu": 512, "cuda": 16_384, "mps": 4096}
"""Frames of a batch: on a processor as many as its cache bears, on a GPU enough to keep it busy.
A batch of 41 points needs about 100 kB a frame."""
LEAST: Final = 64
"""Frames of the smallest batch; a device without memory for these is of no use."""
_NO_MEMORY: Final = ("out of memory", "can't allocate memory", "not enough memory")
"""What torch's errors say where memory is short; only CUDA's have a class of their own."""


class Batches:
    """The device, and how many frames it takes at a time: fewer from the time that memory was
    short."""

    def __init__(self, device: torch.device, size: int | None = None) -> None:
        """size: frames of a batch; None for what suits the kind of device."""
        self.device = device
        self._lock = RLock()
        self.size = size or BATCH.get(device.type, BATCH["mps"])

    @contextmanager
    def computing(self) -> Generator[None, None, None]:
        """Within it tensors are made on the device and keep no gradients; others that come from
        other threads wait. On a processor torch has one thread: threads that wait for each other on
        a busy machine took ten times as long."""
        with ExitStack() as stack:
            stack.enter_context(self._lock)
            if self.device.type == "cpu":
                stack.callback(torch.set_num_threads, torch.get_num_threads())
                torch.set_num_threads(1)
            stack.enter_context(torch.inference_mode())
            stack.enter_context(self.device)
            yield

    def steps(
        self, work: Callable[[slice], R], count: int, least: int = LEAST, unit: int = 1
    ) -> Generator[float, None, list[R]]:
        """Call `work` on slices of a range, one after the other.

        Args:
            work: what is called, with tensors made on the device and without gradients.
            count: length of the range.
            least: of a slice, below which it is no longer halved where memory is short.
            unit: frames of one of the range's items.

        Yields:
            The share that is done, 0 to 1.

        Returns:
            The results in the range's order.

        Raises:
            InputError: memory is short even for the least.
        """
        results: list[R] = []
        first = 0
        while first < count:
            size = max(least, self.size // unit)
            part = slice(first, min(first + size, count))
            with self.computing():
                found = self._tried(work, part)
            if found is None:
                if size <= least:
                    raise InputError(
                        f"--device {self.device.type}: its memory is too short for {least * unit} "
                        "frames; close what else uses it, or leave --device out"
                    )
                self.size = max(least, size // 2) * unit
                continue
            results.append(found[0])
            first = part.stop
            yield first / count
        return results

    def _tried(self, work: Callable[[slice], R], part: slice) -> tuple[R] | None:
        """The result; None where memory was short, which is then given back first."""
        try:
            return (work(part),)
        except (RuntimeError, MemoryError) as error:
            if not is_memory_error(error):
                raise
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        return None


def is_memory_error(error: BaseException) -> bool:
    """Whether an error of torch says that memory is short."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or any(words in text for words in _NO_MEMORY)
