# SPDX-License-Identifier: GPL-3.0-or-later
"""Layouts: which keypoint or marker sits where on which joint, and which track it is.

In: track names, layout JSON files. Out: `Layout`, `Match`.
"""
