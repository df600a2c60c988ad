# SPDX-License-Identifier: GPL-3.0-or-later
"""Arrays in one string of ASCII, for places that hold text only: base 64 of an npz."""

import base64
import io
import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..runtime.errors import InputError, brief
from .npz import MOST_BYTES, unpacked_size


def pack(**arrays: NDArray[Any]) -> str:
    """The named arrays as text."""
    packed = io.BytesIO()
    np.savez(packed, **arrays)  # pyright: ignore[reportArgumentType]
    return base64.b64encode(packed.getvalue()).decode("ascii")


def unpack(text: str, where: str) -> dict[str, NDArray[Any]]:
    """The arrays again. InputError, naming `where` the text was kept, for text that is none."""
    try:
        packed = io.BytesIO(base64.b64decode(text))
        with zipfile.ZipFile(packed) as archive:
            total = unpacked_size(archive)
        if total > MOST_BYTES:
            raise ValueError(f"it unpacks to {total >> 20} MB")
        with np.load(packed, allow_pickle=False) as data:
            return {key: data[key] for key in data.files}
    except Exception as error:  # half a dozen kinds for damaged archives
        raise InputError(f"{where}: what is kept in it is damaged: {brief(error)}") from error
