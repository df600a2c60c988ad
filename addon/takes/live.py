# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that act while they are dragged: those stored on an action make it anew at once."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

import bpy

from ...lsmplify_core.runtime.errors import InputError

Remake = Callable[[bpy.types.Context, bpy.types.Action], None]

_remake: list[Remake] = []
_silent: list[bool] = []
trouble: dict[str, str] = {}
"""What went wrong at the last change of an action's settings, by the action's name."""


def attach(remake: Remake) -> None:
    """Say who makes an action anew; `takes` itself knows no steps."""
    _remake[:] = [remake]


@contextmanager
def silent() -> Generator[None, None, None]:
    """While settings are filled in by code, nothing is made anew."""
    _silent.append(True)
    try:
        yield
    finally:
        _silent.pop()


def is_silent() -> bool:
    """Whether code is filling in settings now."""
    return bool(_silent)


def changed(group: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    """The update function of such settings. Those of scenes and operators wait for a button."""
    owner = getattr(group, "id_data", None)
    if _silent or not _remake or not isinstance(owner, bpy.types.Action):
        return
    try:
        _remake[0](context, owner)
        trouble.pop(owner.name, None)
    except InputError as error:
        trouble[owner.name] = str(error)
