# SPDX-License-Identifier: GPL-3.0-or-later
"""The door for npz archives: sizes are looked at before anything is unpacked, nothing is run."""

import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..runtime.errors import InputError, brief

MOST_BYTES: Final = 2 << 30
"""What the wanted arrays may unpack to: five hours of a hundred points at 120 frames a second."""


def unpacked_size(archive: zipfile.ZipFile, keys: Collection[str] | None = None) -> int:
    """Bytes that the arrays under some keys, or all, unpack to by the archive's own account."""
    names = None if keys is None else {f"{key}.npy" for key in keys}
    return sum(i.file_size for i in archive.infolist() if names is None or i.filename in names)


def read_npz(
    path: Path, keys: Collection[str] | None, what: str, most_bytes: int = MOST_BYTES
) -> dict[str, Any]:
    """The arrays under some keys, or under all; keys that it lacks are left out. what: "a motion",
    for messages.

    Others are not unpacked, names in the archive lead to no file, and pickled objects are refused.
    Raises InputError for what is no archive, is damaged, or unpacks to more than `most_bytes`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            total = unpacked_size(archive, keys)
        if total > most_bytes:
            raise InputError(
                f"{path}: it unpacks to {total >> 20} MB, too many for {what}; is it damaged?"
            )
        with np.load(path, allow_pickle=False) as data:
            return {key: data[key] for key in data.files if keys is None or key in keys}
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    except Exception as error:  # damaged archives fail in half a dozen ways
        raise InputError(f"{path}: not {what} npz: {brief(error)}") from error
