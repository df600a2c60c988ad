# SPDX-License-Identifier: GPL-3.0-or-later
"""Arrays in one string of ASCII, for places that hold text only: base 64 of an npz."""

import base64
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..runtime.errors import InputError, brief
from .npz import read_npz


def pack(**arrays: NDArray[Any]) -> str:
    """The named arrays as text."""
    packed = io.BytesIO()
    np.savez(packed, **arrays)  # pyright: ignore[reportArgumentType]
    return base64.b64encode(packed.getvalue()).decode("ascii")


def unpack(text: str, where: str) -> dict[str, NDArray[Any]]:
    """The arrays again. InputError, naming `where` the text was kept, for text that is none."""
    try:
        return read_npz(io.BytesIO(base64.b64decode(text)), None, "a record's")
    except Exception as error:  # half a dozen kinds for text that is none
        raise InputError(f"{where}: what is kept in it is damaged: {brief(error)}") from error
