# SPDX-License-Identifier: GPL-3.0-or-later
"""The first minutes: a note at the top of the tab, and an example take one click away."""
