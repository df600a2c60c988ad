# SPDX-License-Identifier: GPL-3.0-or-later
"""Arrays in one string of ASCII, for places that hold text only: base 64 of an npz."""

import base64
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import InputError


def pack(**arrays: NDArray[Any]) -> str:
    """The named arrays as text."""
    packed = io.BytesIO()
    np.savez(packed, **arrays)  # pyright: ignore[reportArgumentType]
    return base64.b64encode(packed.getvalue()).decode("ascii")


def unpack(text: str, where: str) -> dict[str, NDArray[Any]]:
    """The arrays again. InputError, naming `where` the text was kept, for text that is none."""
    try:
        with np.load(io.BytesIO(base64.b64decode(text)), allow_pickle=False) as data:
            return {key: data[key] for key in data.files}
    except Exception as error:  # half a dozen kinds for damaged archives
        raise InputError(f"{where}: what is kept in it is damaged: {error}") from error
