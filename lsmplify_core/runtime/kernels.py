# SPDX-License-Identifier: GPL-3.0-or-later
"""Linear algebra at the speed of the processor, where OpenBLAS is older than the processor.

OpenBLAS picks its kernels by the processor's model when it is loaded. A model that it does not know
gets those of Prescott (2004), with four numbers at a time in place of sixteen: NumPy 1.26, which
Blender 4.2 to 5.0 have, brings an OpenBLAS of 2023, and its products take four times as long on
processors of 2024. Later releases go by what the processor can do, and so is done here: the library
chooses anew, by the functions that it calls itself when it is loaded, with the name of the kernels
in the variable that it reads (OPENBLAS_CORETYPE).
"""

import ctypes
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from threadpoolctl import ThreadpoolController  # pyright: ignore[reportMissingTypeStubs]

_UNKNOWN: Final = "Prescott"
"""The kernels of a processor that OpenBLAS does not know; no processor with AVX2 is one."""
_KERNELS: Final = (("SkylakeX", ("AVX512_SKX",)), ("Haswell", ("AVX2", "FMA3")))
"""Names of kernels, the fastest first, and what a processor must be able to do for them, by NumPy's
names: it asks the operating system too."""
_VARIABLE: Final = "OPENBLAS_CORETYPE"


@dataclass(frozen=True)
class BlasLibrary:
    """What is needed of a loaded OpenBLAS: leave and choose its kernels, and the chosen one's
    name."""

    leave: Callable[[], Any]
    choose: Callable[[], Any]
    name: Callable[[], bytes | None]


def use_known_kernels() -> list[str]:
    """Let every OpenBLAS of this process that does not know the processor use the kernels that the
    processor can run. To be called while no other thread computes.

    Returns:
        The names of the kernels that are used from now on in place of others; mostly none.
    """
    features = cpu_features()
    found: list[str] = []
    controller: Any = ThreadpoolController()
    for info in controller.info():
        library = loaded(info["filepath"]) if info.get("internal_api") == "openblas" else None
        chosen = chosen_anew(library, features) if library is not None else None
        if chosen is not None:
            found.append(chosen)
    return found


def loaded(path: str) -> BlasLibrary | None:
    """A library that is loaded already; None where it has not the functions.

    Args:
        path: its file.
    """
    try:
        library = ctypes.PyDLL(path)  # keeps Python's lock: no other thread begins a product
        name = library.gotoblas_corename
        name.restype = ctypes.c_char_p
        return BlasLibrary(library.gotoblas_dynamic_quit, library.gotoblas_dynamic_init, name)
    except (OSError, AttributeError):
        return None


def chosen_anew(library: BlasLibrary, features: Mapping[str, bool]) -> str | None:
    """Let a library choose again, with the fastest kernels that a processor can run.

    Args:
        library: an OpenBLAS that did not know the processor.
        features: what the processor can do, as `cpu_features`.

    Returns:
        The name of the kernels; None where there are no faster ones and nothing was done.
    """
    wanted = next((n for n, needs in _KERNELS if all(features.get(f) for f in needs)), None)
    if wanted is None or _VARIABLE in os.environ or library.name() != _UNKNOWN.encode():
        return None  # who has set the variable wants these kernels
    os.environ[_VARIABLE] = wanted
    try:
        library.leave()
        library.choose()
    finally:
        del os.environ[_VARIABLE]
    return wanted if library.name() == wanted.encode() else None


def cpu_features() -> Mapping[str, bool]:
    """What the processor can do and the operating system allows, by NumPy's names; nothing where
    NumPy doesn't say."""
    for home in ("numpy._core", "numpy.core"):  # the latter before NumPy 2
        try:
            return import_module(f"{home}._multiarray_umath").__cpu_features__
        except (ImportError, AttributeError):
            continue
    return {}
