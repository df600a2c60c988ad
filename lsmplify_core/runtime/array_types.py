# SPDX-License-Identifier: GPL-3.0-or-later
"""What arrays are called in types."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
"""A NumPy array of floating-point numbers of any precision."""

Array = Any
"""A NumPy array or a torch tensor."""


def on_host(values: Any) -> NDArray[Any]:
    """NumPy's view of an array, a tensor on a GPU copied from there."""
    return np.asarray(values.cpu() if hasattr(values, "cpu") else values)
