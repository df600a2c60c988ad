# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses brought to their tracks: Gauss-Newton on frames and on sequences."""
