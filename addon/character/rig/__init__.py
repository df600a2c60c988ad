# SPDX-License-Identifier: GPL-3.0-or-later
"""A character's armature as it is read: bones at rest, controls, what stands in the way of keys."""
