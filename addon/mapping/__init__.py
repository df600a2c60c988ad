# SPDX-License-Identifier: GPL-3.0-or-later
"""The mapping list: which track is which body point, seen and corrected by hand, kept for next
time."""
