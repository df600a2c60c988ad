# SPDX-License-Identifier: GPL-3.0-or-later
"""The armature that a motion is baked on: made, found in the scene, checked."""
