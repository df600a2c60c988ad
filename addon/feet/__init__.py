# SPDX-License-Identifier: GPL-3.0-or-later
"""When feet stand on the floor: found, shown as markers, held there."""
