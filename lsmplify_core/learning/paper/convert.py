# SPDX-License-Identifier: GPL-3.0-or-later
"""The official checkpoint's weights under this network's names, and this network's own file."""

import json
import re
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from ...files.atomic import write_whole
from ...files.npz import read_npz
from ...runtime.errors import InputError
from .network import PaperNetwork

_NAMES: Final = (
    (r"^backbone\.data_bn\.", "backbone.norm."),
    (r"^backbone\.gcn0\.", "backbone.space."),
    (r"^backbone\.tcn0\.", "backbone.time."),
    (r"^backbone\.backbone\.(\d+)\.gcn1\.", r"backbone.units.\1.space."),
    (r"^backbone\.backbone\.(\d+)\.tcn1\.", r"backbone.units.\1.time."),
    (r"^backbone\.backbone\.(\d+)\.down1\.", r"backbone.units.\1.past."),
    (r"\.conv_list\.(\d+)\.", r".mixes.\1."),
    (r"\.bn\.", ".norm."),
    (r"^linear\.0\.", "enter."),
    (r"^linear\.2\.", "spread."),
    (r"^regressor\.layers\.0\.0\.", "hidden."),
    (r"^regressor\.layers\.1\.", "out."),
)
"""The official names, and ours."""
_MOST_BYTES: Final = 256 << 20
"""Weights unpack to 12 or 24 MB."""
_LEFT_OUT: Final = ("openpose_regressor",)
"""In the checkpoint, but a body model's and not the network's."""


def convert_checkpoint(checkpoint: Path, out: Path) -> int:
    """Read an official `best_ckpt.pth.tar`, write `out` (npz); returns the number of weights.

    Only tensors are unpickled (torch's `weights_only`). Raises InputError for other files.
    """
    network = PaperNetwork("released")
    network.load_state_dict(from_official(_read(checkpoint), str(checkpoint)))
    save_paper_network(network, out, {"converted from": checkpoint.name}, np.float32)
    return sum(p.numel() for p in network.parameters())


def from_official(state: dict[str, Tensor], source: str) -> dict[str, Tensor]:
    """Official names and shapes -> ours. Temporal kernels keep the taps that ever meet a frame."""
    wanted = PaperNetwork("released").state_dict()
    found: dict[str, Tensor] = {}
    for old, value in state.items():
        name = _renamed(old.removeprefix("module."))
        if name in _LEFT_OUT:
            continue
        if name not in wanted:
            raise InputError(f"{source}: {old!r} is no weight of the released network")
        found[name] = _middle_taps(value.float(), wanted[name].shape)
        if found[name].shape != wanted[name].shape:
            raise InputError(
                f"{source}: {old!r} has the shape {tuple(value.shape)}, "
                f"the released network's has {tuple(wanted[name].shape)}"
            )
    missing = sorted(set(wanted) - set(found))
    if missing:
        raise InputError(f"{source}: there is no weight for {missing[0]!r}, so it is not complete")
    return found


def save_paper_network(
    network: PaperNetwork, path: Path, settings: dict[str, object], kind: type = np.float16
) -> None:
    """An npz of `kind` floats with the graph's name and how the weights came about."""
    state = network.state_dict()
    arrays = {k: v.numpy().astype(kind) for k, v in state.items() if v.is_floating_point()}
    arrays["graph"] = np.array(network.graph)
    arrays["settings"] = np.array(json.dumps(settings))
    write_whole(path, lambda file: np.savez_compressed(file, **arrays))


def load_paper_network(path: Path) -> PaperNetwork:
    """Read what `save_paper_network` wrote, ready to run. Raises InputError for other files."""
    try:
        arrays = read_npz(path, None, "a network's", _MOST_BYTES)
        network = PaperNetwork(str(arrays.pop("graph")))
        arrays.pop("settings")
        state = {k: torch.from_numpy(v.astype(np.float32)) for k, v in arrays.items()}
        counters = {k: v for k, v in network.state_dict().items() if not v.is_floating_point()}
        network.load_state_dict({**state, **counters})
    except (InputError, ValueError, KeyError, RuntimeError) as error:
        raise InputError(
            f"{path}: not weights of the paper's network; write them by "
            "`lsmplify train --network paper` or `lsmplify convert-checkpoint`"
        ) from error
    return network.eval()


def load_any_network(path: Path) -> PaperNetwork:
    """The network of our own file (npz), or of an official checkpoint, ready to run. InputError for
    other files."""
    if path.suffix.lower() == ".npz":
        return load_paper_network(path)
    network = PaperNetwork("released")
    network.load_state_dict(from_official(_read(path), str(path)))
    return network.eval()


def _read(checkpoint: Path) -> dict[str, Tensor]:
    try:
        content: Any = torch.load(checkpoint, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise InputError(f"{checkpoint}: there is no such file") from error
    except Exception as error:  # torch.load raises many kinds for files that are not its own
        raise InputError(f"{checkpoint}: not a checkpoint of tensors alone") from error
    state = content.get("model") if isinstance(content, dict) else None
    if not isinstance(state, dict):
        raise InputError(f"{checkpoint}: there is no 'model' in it, as the official files have")
    return {str(k): v for k, v in state.items() if isinstance(v, Tensor)}


def _renamed(name: str) -> str:
    for pattern, ours in _NAMES:
        name = re.sub(pattern, ours, name)
    return name


def _middle_taps(value: Tensor, shape: torch.Size) -> Tensor:
    """A temporal kernel (O, I, K, 1) cut to the middle taps that `shape` has."""
    if value.ndim != 4 or value.shape[:2] != shape[:2] or value.shape[2] < shape[2]:
        return value
    cut = (value.shape[2] - shape[2]) // 2
    return value[:, :, cut : cut + shape[2]]
