# SPDX-License-Identifier: GPL-3.0-or-later
"""What a solve knows of its tracks, kept with an action, as curves, lines and colours to draw.

In: `Solution`, `Motion`. Out: a track record as text, error curves, drawings.
"""
