# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a command as settings of the scene's character."""

import argparse
from pathlib import Path
from typing import Any

from ....lsmplify_core.retarget import shipped_maps
from ...bake.object_root import on_bones


def set_options(settings: Any, args: argparse.Namespace) -> None:
    """Set what `bake` says of a character; what the file's panel was set to does not count.

    Args:
        settings: `scene.lsmplify.character`.
        args: map, controls, root, fingers and proportions. Feet hold always: `--contacts` is for
            the solved body.
    """
    kinds = ("auto", "structure", *shipped_maps())
    settings.map = args.map if args.map in kinds else "file"
    settings.map_file = "" if args.map in kinds else str(Path(args.map).resolve())
    settings.own_map = settings.own_bones = ""
    settings.controls, settings.root, settings.fingers = (
        args.controls,
        on_bones(args.root),
        args.fingers,
    )
    settings.contacts = True
    settings.solve_on = args.proportions.upper()
