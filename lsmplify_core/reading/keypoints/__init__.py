# SPDX-License-Identifier: GPL-3.0-or-later
"""Keypoints of pose estimators: JSON, arrays, folders of frames."""
