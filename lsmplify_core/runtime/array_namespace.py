# SPDX-License-Identifier: GPL-3.0-or-later
"""The functions of an array's own library, by the names of the array API standard.

NumPy has had those names itself since 2.1. Its wrapper in array_api_compat imports all of NumPy's
parts, f2py and the test tools among them, which takes longer than the whole of this package; so it
is asked for older NumPy and for tensors alone.
"""

from typing import Any, Final

import numpy as np

_NUMPY: Final = (np.ndarray, np.generic)
_STANDARD: Final = tuple(int(n) for n in np.__version__.split(".")[:2]) >= (2, 1)


def array_namespace(*arrays: Any) -> Any:
    """The library that arrays are of: `numpy` for NumPy arrays, else what array_api_compat says."""
    if _STANDARD:
        for array in arrays:  # asked thousands of times a solve: no generator, no union of types
            if not isinstance(array, _NUMPY):
                break
        else:
            return np
    from array_api_compat import array_namespace as found

    return found(*arrays)
