# SPDX-License-Identifier: GPL-3.0-or-later
"""A character's rig as numbers: bones, roles, maps, poses."""
