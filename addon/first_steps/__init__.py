# SPDX-License-Identifier: GPL-3.0-or-later
"""The first minutes: a note at the top of the tab, and an example take one click away."""

from . import operators, panel

CLASSES = (*operators.CLASSES, *panel.CLASSES)
"""Registered before the other panels, so that the note stands above them."""
