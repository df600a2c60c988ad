# SPDX-License-Identifier: GPL-3.0-or-later
"""The artist's clean-up: every step makes a new action from the one before and keeps its settings."""

from ..takes import live
from . import (
    feet_operators,
    history_operators,
    making,
    other_operators,
    panels,
    preset_operators,
    resolve_operators,
)

live.attach(making.remake)

CLASSES = (
    *resolve_operators.CLASSES, *feet_operators.CLASSES, *other_operators.CLASSES,
    *history_operators.CLASSES, *preset_operators.CLASSES, *panels.CLASSES,
)  # fmt: skip
