# SPDX-License-Identifier: GPL-3.0-or-later
"""The research methods: what they are called, what they need, and the door to them.

They are torch's. Whether it is there is found out by looking, not by importing it, which takes seconds.
"""

import re
import sys
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from .body import Body
from .calibration_file import SavedCalibration
from .errors import InputError
from .fitting import Settings
from .matching import Match
from .motion import Motion
from .repair import Repair
from .smplfile import SmplFile
from .solver import Progress, Solution, solve_steps
from .tracks import Tracks

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


def lacking(method: str) -> str:
    """Why a method cannot be used here, as one sentence, or nothing."""
    return "" if method == DEFAULT else _lacking()


@cache
def _lacking() -> str:
    learning = Path(__file__).parent / "learning"
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


def research_steps(
    tracks: Tracks,
    *,
    match: Match,
    body: Body | SmplFile | None = None,
    init: Motion | None = None,
    settings: Settings | None = None,
    repairs: Sequence[Repair] | None = None,
    calibration: SavedCalibration | None = None,
    research: Research | None = None,
) -> Generator[Progress, None, Solution]:
    """`solver.solve_steps` by another method: the default one first, for the person's body and where
    the points sit on it; then the method's own poses.

    Raises InputError where the method or the device is not there.
    """
    chosen = research or Research()
    steps = solve_steps(
        tracks, match=match, body=body, init=init, settings=settings, repairs=repairs,
        calibration=calibration,
    )  # fmt: skip
    if chosen.method == DEFAULT:
        return (yield from steps)
    if chosen.method not in METHODS:
        raise InputError(f"there is no method {chosen.method!r}; choose from {', '.join(METHODS)}")
    reason = lacking(chosen.method) or device_lacking(chosen.device)
    if reason:
        raise InputError(f"method {chosen.method} on {chosen.device}: {reason}")
    solving = import_module(".learning.solving", __package__)
    return (yield from solving.method_steps(tracks, match, init, chosen, steps))
