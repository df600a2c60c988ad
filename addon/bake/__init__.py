# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion to keys: actions, slots and curves in every Blender."""
