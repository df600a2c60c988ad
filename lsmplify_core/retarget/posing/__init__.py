# SPDX-License-Identifier: GPL-3.0-or-later
"""From a performance to the turns of a character's bones."""
