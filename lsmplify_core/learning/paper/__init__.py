# SPDX-License-Identifier: GPL-3.0-or-later
"""The network of Learnable SMPLify (arXiv 2508.13562) as published, for comparison and for its
released weights: one start pose, the keypoints of two moments, 22 residual rotations."""
