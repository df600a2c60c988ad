# SPDX-License-Identifier: GPL-3.0-or-later
"""SMPL, SMPL-H and SMPL-X model files as their owners ship them: read safely, posed, used as body."""

from .model import SmplFile, load_smpl_file

__all__ = ["SmplFile", "load_smpl_file"]
