# SPDX-License-Identifier: GPL-3.0-or-later
"""SMPL, SMPL-H and SMPL-X model files as their owners ship them: read safely, posed, used as
body. What reads them is loaded when it is first used; a solve without a file needs none of it."""

from typing import TYPE_CHECKING, Any

from .landmarks import layout_on
from .model import N_BETAS, SmplFile

if TYPE_CHECKING:
    from .load import load_smpl_file

__all__ = ["N_BETAS", "SmplFile", "layout_on", "load_smpl_file"]


def __getattr__(name: str) -> Any:
    if name != "load_smpl_file":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .load import load_smpl_file

    globals()[name] = load_smpl_file
    return load_smpl_file
