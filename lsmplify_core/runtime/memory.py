# SPDX-License-Identifier: GPL-3.0-or-later
"""Little memory is refused in one line before linear algebra meets it.

OpenBLAS, which NumPy calls, takes a buffer for each of its threads when it is loaded and for each
thread that calls it first. Where one is not to be had it ends the process by itself, with words and
an exit code of its own, and no exception reaches us. So the room is looked at before.
"""

import os
import sys
from pathlib import Path
from typing import Final

from .errors import InputError

_BLAS_THREADS: Final = "OPENBLAS_NUM_THREADS"
LEAST: Final = 256 << 20
"""Bytes of address space that a process needs to load the packages and to solve a short take."""
BUFFER: Final = 48 << 20
"""Bytes that a thread takes with its stack when it first calls linear algebra."""


def allowed() -> int | None:
    """Bytes of address space that this process may use at the most (`ulimit -v`); None for any."""
    if sys.platform == "win32":
        return None
    import resource

    soft = resource.getrlimit(resource.RLIMIT_AS)[0]
    return None if soft == resource.RLIM_INFINITY else soft


def room() -> int | None:
    """Bytes that are left of `allowed`; None where there is no bound, or where nobody says what is
    used."""
    bound = allowed()
    if bound is None:
        return None
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (OSError, ValueError):
        return None
    return bound - pages * os.sysconf("SC_PAGE_SIZE")


def prepare() -> None:
    """Before NumPy is loaded: hold linear algebra to one thread, as every solve does.

    Raises:
        InputError: where there is too little memory to load it.
    """
    if "numpy" not in sys.modules:
        os.environ.setdefault(_BLAS_THREADS, "1")
    bound = allowed()
    if bound is not None and bound < LEAST:
        raise InputError(
            f"only {bound >> 20} MB of memory may be used here (ulimit -v), and LSMPLify needs "
            f"{LEAST >> 20} MB at the least"
        )
