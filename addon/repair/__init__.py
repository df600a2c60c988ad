# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found wrong with a take's tracks: listed, marked on the timeline, left out line by
line."""
