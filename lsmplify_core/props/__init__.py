# SPDX-License-Identifier: GPL-3.0-or-later
"""Props: tracks that move as one rigid body and belong to no limb, and their poses over time."""
