# SPDX-License-Identifier: GPL-3.0-or-later
"""`blender --command lsmplify bake` and `retarget`: the same jobs without a window."""

from .command import register, run, unregister

__all__ = ["register", "run", "unregister"]
