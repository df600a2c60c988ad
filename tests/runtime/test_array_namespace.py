# SPDX-License-Identifier: GPL-3.0-or-later
"""NumPy's own functions serve NumPy arrays, and nothing large is imported for them."""

import subprocess
import sys

import numpy as np
import pytest

from lsmplify_core.runtime.array_namespace import array_namespace


def test_numpy_arrays_get_functions_of_the_standard() -> None:
    xp = array_namespace(np.zeros(3), np.float32(1.0))
    assert xp.concat((np.ones(1), np.ones(1))).shape == (2,)
    assert xp.astype(np.zeros(2), xp.float32).dtype == np.float32


def test_tensors_get_those_of_torch() -> None:
    torch = pytest.importorskip("torch")
    xp = array_namespace(torch.zeros(3))
    assert isinstance(xp.concat((torch.ones(1), torch.ones(1))), torch.Tensor)


@pytest.mark.skipif(np.__version__.startswith("1."), reason="NumPy 1 needs the wrapper")
def test_a_solver_that_is_loaded_has_not_loaded_numpys_tools() -> None:
    code = (
        "import sys, lsmplify_core; lsmplify_core.solve\n"
        "loaded = [m for m in ('numpy.f2py', 'numpy.testing', 'array_api_compat.numpy')"
        " if m in sys.modules]\n"
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
