# SPDX-License-Identifier: GPL-3.0-or-later
"""SMPL, SMPL-H and SMPL-X model files as their owners ship them: read safely, posed, used as
body."""

from .landmarks import layout_on
from .load import load_smpl_file
from .model import N_BETAS, SmplFile

__all__ = ["N_BETAS", "SmplFile", "layout_on", "load_smpl_file"]
