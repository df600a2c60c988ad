# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of tracks as empties: one or several files, one or several people in each."""
