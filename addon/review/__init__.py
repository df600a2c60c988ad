# SPDX-License-Identifier: GPL-3.0-or-later
"""See what is wrong: tracks drawn over the body, errors over time, the worst spans."""

from . import operators, overlay
from . import panel as panels
from . import properties as settings

SETTINGS = settings.CLASSES
"""Registered before the scene's settings, which hold them."""

CLASSES = (*operators.CLASSES, *panels.CLASSES)

register = overlay.register
unregister = overlay.unregister
