# SPDX-License-Identifier: GPL-3.0-or-later
"""The last guard of every operator: what is left becomes one line, its traceback goes to a log
file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import bpy

from ...lsmplify_core.runtime.errors import OUTSIDE, error_line
from ...lsmplify_core.runtime.guard import quiet_libraries, sentence

GONE: Final = "something that it needs was removed from the scene meanwhile; run it again"
"""What is said where Blender's Python objects outlived what they stand for."""
_GUARDED: Final = "_lsmplify_guarded"


def protect(cls: type) -> type:
    """Guard an operator's `execute`, `invoke` and `modal`; other classes stay as they are.

    Blender looks at the number of arguments when it registers a class, so each wrapper has its own.
    """
    if not issubclass(cls, bpy.types.Operator) or _GUARDED in vars(cls):
        return cls
    made: dict[str, Callable[..., Any]] = {
        "execute": _with_context, "invoke": _with_event, "modal": _with_event
    }  # fmt: skip
    for name, wrap in made.items():
        method = getattr(cls, name, None)
        if callable(method):
            setattr(cls, name, wrap(method))
    setattr(cls, _GUARDED, True)
    return cls


def log_folder() -> Path | None:
    """The extension's own folder for log files; None where this Blender gives it none."""
    package = __package__.rpartition(".addon")[0]
    try:
        return Path(bpy.utils.extension_path_user(package, path="logs", create=True))
    except (ValueError, OSError, AttributeError):  # run from a checkout, or an old Blender
        return None


def line_of(error: BaseException) -> str:
    """One line about any exception, for people."""
    if isinstance(error, OUTSIDE):
        return error_line(error)
    if isinstance(error, ReferenceError):
        return GONE
    if isinstance(error, RuntimeError) and str(error).startswith("Error: "):
        return str(error).splitlines()[0].removeprefix("Error: ")  # another operator's report
    return sentence(error, log_folder())


def _with_context(method: Callable[..., Any]) -> Callable[..., Any]:
    def execute(self: Any, context: Any) -> Any:
        return _tried(self, lambda: method(self, context))

    return execute


def _with_event(method: Callable[..., Any]) -> Callable[..., Any]:
    def invoke(self: Any, context: Any, event: Any) -> Any:
        return _tried(self, lambda: method(self, context, event))

    return invoke


def _tried(operator: Any, work: Callable[[], Any]) -> Any:
    try:
        with quiet_libraries():
            return work()
    except Exception as error:
        operator.report({"ERROR"}, line_of(error))
        return {"CANCELLED"}
