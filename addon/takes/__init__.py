# SPDX-License-Identifier: GPL-3.0-or-later
"""Actions of an armature as takes: read as motions, written back where they change, with the tracks
they were solved from and the steps they have gone through."""
