# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in tracks, found and repaired before they are solved, each on record and undoable."""

from .find import find_repairs, repair_tracks
from .records import Repair, apply

__all__ = ["Repair", "apply", "find_repairs", "repair_tracks"]
