# SPDX-License-Identifier: GPL-3.0-or-later
"""Learned inverse kinematics: network, Gauss-Newton refinement, sequence solver, smoothing.

In: `Target` points on a body and a start. Out: a `State` that fits them.
"""
