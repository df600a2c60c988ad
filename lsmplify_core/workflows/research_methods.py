# SPDX-License-Identifier: GPL-3.0-or-later
"""The research methods: what they are called, and what they need.

They are torch's. Whether it is there is found out by looking, not by importing it, which takes
seconds.
"""

import re
import sys
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

DEFAULT: Final = "default"
PAPER: Final = "paper"
METHODS: Final = (DEFAULT, PAPER, "smplify", "smplify-skeleton")
DEVICES: Final = ("cpu", "cuda", "mps")
_NEEDED: Final = ("torch", "smplx")


@dataclass(frozen=True)
class Research:
    """method: one of `METHODS`. device: one of `DEVICES`. weights: of the paper's network; None for
    those that `lsmplify train` puts beside the project's own."""

    method: str = DEFAULT
    device: str = "cpu"
    weights: Path | None = None


def device_of(name: str) -> str:
    """The device of the research methods where the command's `--device` says this: torch's CPU for
    numpy and auto, since their frames follow one another."""
    return name if name in DEVICES else DEVICES[0]


def lacking(method: str) -> str:
    """Why a method cannot be used here, as one sentence, or nothing."""
    return "" if method == DEFAULT else _lacking()


@cache
def _lacking() -> str:
    learning = Path(__file__).parents[1] / "learning"
    absent = [name for name in _NEEDED if find_spec(name) is None]
    if learning.is_dir() and not absent:
        return ""
    what = " and ".join(absent) if learning.is_dir() else "the build of LSMPLify with PyTorch"
    return f"Needs {what}, which is not installed"


def device_lacking(device: str) -> str:
    """Why torch cannot work on a device here, as far as can be seen without importing it."""
    if device == "cpu":
        return ""
    if reason := _lacking():
        return reason
    if device == "mps":
        return "" if sys.platform == "darwin" else "Only Macs have it"
    return "" if _has_cuda() else "This PyTorch is built without GPU support"


@cache
def _has_cuda() -> bool:
    """Whether torch is built for NVIDIA's or AMD's GPUs, as its version.py says."""
    spec = find_spec("torch")
    if spec is None or spec.origin is None:
        return False
    try:
        text = (Path(spec.origin).parent / "version.py").read_text(encoding="utf-8")
    except OSError:
        return False
    return re.search(r"^(cuda|hip)\b[^=\n]*=\s*['\"]", text, re.MULTILINE) is not None
