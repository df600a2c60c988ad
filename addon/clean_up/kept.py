# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept from drag to drag of a slider ends with the file that it was in, and the add-on.

A take and its feet can be hundreds of megabytes.
"""

import bpy

from ..takes import reading
from . import compute


def register() -> None:
    """Forget whenever a file is opened or a new one is begun."""
    bpy.app.handlers.load_post.append(_forget)


def unregister() -> None:
    """Stop that, and forget."""
    if _forget in bpy.app.handlers.load_post:
        bpy.app.handlers.load_post.remove(_forget)
    _forget()


@bpy.app.handlers.persistent
def _forget(*_: object) -> None:
    reading.forget()
    compute.forget()
