# SPDX-License-Identifier: GPL-3.0-or-later
"""Motions as keys: how many an error allows, their Bézier curves, the frames that they stand on."""
