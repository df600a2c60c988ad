# SPDX-License-Identifier: GPL-3.0-or-later
"""Props: tracks that move as one rigid body, as empties with baked location and rotation."""
