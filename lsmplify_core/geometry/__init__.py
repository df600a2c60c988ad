# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotations, SMPL's kinematic tree, resampling in time, intervals of frames.

In: arrays. Out: arrays.
"""
