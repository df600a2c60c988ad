# SPDX-License-Identifier: GPL-3.0-or-later
"""LSMPLify's core: tracks in, SMPL motion out. No bpy; NumPy alone at import.

The names in `__all__` are the public interface; everything else may change. They are loaded when
they are first used, so that `import lsmplify_core` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .body.body import Body
    from .cleanup.clean import clean, resolve
    from .ik.fit_problem import SolveSettings
    from .layouts.layout import Layout, load_layout
    from .motion.export import export
    from .motion.motion import Motion, load_motion, save_motion
    from .pipeline import Solution, solve, solve_steps
    from .reading import read_tracks
    from .runtime.errors import InputError
    from .tracks.people import find_people
    from .tracks.tracks import Tracks

__version__ = "0.2.0"

__all__ = [
    "Body", "InputError", "Layout", "Motion", "Solution", "SolveSettings", "Tracks", "__version__",
    "clean", "export", "find_people", "load_layout", "load_motion", "read_tracks", "resolve",
    "save_motion", "solve", "solve_steps",
]  # fmt: skip

_HOME = {
    "Body": ".body.body",
    "InputError": ".runtime.errors",
    "Layout": ".layouts.layout",
    "Motion": ".motion.motion",
    "Solution": ".pipeline",
    "SolveSettings": ".ik.fit_problem",
    "Tracks": ".tracks.tracks",
    "clean": ".cleanup.clean",
    "export": ".motion.export",
    "find_people": ".tracks.people",
    "load_layout": ".layouts.layout",
    "load_motion": ".motion.motion",
    "read_tracks": ".reading",
    "resolve": ".cleanup.clean",
    "save_motion": ".motion.motion",
    "solve": ".pipeline",
    "solve_steps": ".pipeline",
}
"""The module that each public name is defined in."""


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
