# SPDX-License-Identifier: GPL-3.0-or-later
"""C3D (c3d.org): container, parameters, data, and the reader of tracks."""
