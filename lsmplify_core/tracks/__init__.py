# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracks as read, and what can be known from them alone: people, unit, up axis, rate, noise.

In: numbers and names from a file or a scene. Out: checked `Tracks` in metres, Z up.
"""
