# SPDX-License-Identifier: GPL-3.0-or-later
"""The solved motion on an artist's own character: any humanoid rig, FK or IK controls."""
