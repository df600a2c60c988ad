# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs made of whole solves: static trials, the research methods.

In: files or `Tracks`. Out: calibrations, `Solution`.
"""
