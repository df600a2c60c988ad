# SPDX-License-Identifier: GPL-3.0-or-later
"""`blender --command lsmplify retarget`: one motion, many, and people together."""
