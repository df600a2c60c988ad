# SPDX-License-Identifier: GPL-3.0-or-later
"""Solved motions, their files (AMASS npz, BVH), and the report of a solve.

In: rotations and root positions on a body. Out: `Motion`, files, report.
"""
