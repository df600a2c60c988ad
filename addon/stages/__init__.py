# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar in stages: which one is shown, where one is, and the one button that comes next."""
