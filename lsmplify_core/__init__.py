# SPDX-License-Identifier: GPL-3.0-or-later
"""LSMPLify's core: tracks in, SMPL motion out. No bpy; NumPy alone at import."""

__version__ = "0.1.0"
