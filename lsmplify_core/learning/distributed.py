# SPDX-License-Identifier: GPL-3.0-or-later
"""Where training runs: the device, and the processes that `torchrun` started (DDP).

One process for each device, as torchrun's variables say (RANK, LOCAL_RANK, WORLD_SIZE); gloo on
CPUs, NCCL on CUDA. Without torchrun it is one process and nothing is set up.
"""

import os
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Final

import torch
from torch import distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from ..runtime.errors import InputError

DEVICES: Final = ("auto", "cpu", "cuda", "mps")


@dataclass(frozen=True)
class Team:
    """rank: of this process, from 0. size: processes in all. device: that this one computes on."""

    rank: int
    size: int
    device: torch.device

    @property
    def leads(self) -> bool:
        """Whether this process writes files and tells of the training."""
        return self.rank == 0

    def wrapped(self, model: nn.Module) -> nn.Module:
        """The model whose backward pass averages gradients over all processes."""
        if self.size == 1:
            return model
        ids = [self.device.index or 0] if self.device.type == "cuda" else None
        return DistributedDataParallel(model, device_ids=ids)

    def without_averaging(self, model: nn.Module) -> AbstractContextManager[object]:
        """For backward passes that only add to the gradients of a later one."""
        return model.no_sync() if isinstance(model, DistributedDataParallel) else nullcontext()

    def placing(self) -> AbstractContextManager[object]:
        """Constants that the solver's code makes are made on the device."""
        return nullcontext() if self.device.type == "cpu" else self.device

    def wait(self) -> None:
        """Until every process is here."""
        if self.size > 1:
            dist.barrier()


def half_precision(device: torch.device, wanted: bool) -> AbstractContextManager[object]:
    """The network's products in bfloat16, sums in single precision."""
    return torch.autocast(device.type, torch.bfloat16) if wanted else nullcontext()


@contextmanager
def team(device: str) -> Generator[Team, None, None]:
    """Join the processes that torchrun started, and leave them at the end.

    Args:
        device: One of DEVICES; auto takes CUDA, then MPS, then the CPU.

    Raises:
        InputError: The device is not there, or torchrun asks for more GPUs than there are.
    """
    size, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
    chosen = chosen_device(device, int(os.environ.get("LOCAL_RANK", "0")), size)
    if size == 1:
        yield Team(0, 1, chosen)
        return
    if chosen.type == "cuda":
        torch.cuda.set_device(chosen)
    dist.init_process_group("nccl" if chosen.type == "cuda" else "gloo", rank=rank, world_size=size)
    try:
        yield Team(rank, size, chosen)
    finally:
        dist.destroy_process_group()


def chosen_device(name: str, local_rank: int = 0, size: int = 1) -> torch.device:
    """The device of a name in DEVICES; with several processes on a machine, each has a GPU."""
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if name == "auto":
        name = "cuda" if cuda else "mps" if mps and size == 1 else "cpu"
    if name == "cuda" and not cuda:
        raise InputError("--device cuda: this PyTorch sees no CUDA device; take cpu or auto")
    if name == "mps" and not mps:
        raise InputError("--device mps: this PyTorch sees no Metal device; take cpu or auto")
    if name == "mps" and size > 1:
        raise InputError("--device mps: there is one; torchrun needs cuda or cpu")
    if name == "cuda":
        count = torch.cuda.device_count()
        if local_rank >= count:
            raise InputError(
                f"torchrun started more processes than the {count} GPUs of this machine; "
                f"give --nproc-per-node {count}"
            )
        return torch.device("cuda", local_rank)
    return torch.device(name)
