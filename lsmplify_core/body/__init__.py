# SPDX-License-Identifier: GPL-3.0-or-later
"""The body: proportions, shape spaces, markers on joints, bone axes, figure, SMPL model files.

In: proportions or a model file. Out: `Body`, posed joints and markers, meshes.
"""
