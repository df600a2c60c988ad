# SPDX-License-Identifier: GPL-3.0-or-later
"""A processor newer than OpenBLAS gets the kernels that it can run, and nobody else is changed."""

import os

import numpy as np
import pytest
from threadpoolctl import threadpool_info  # pyright: ignore[reportMissingTypeStubs]

from lsmplify_core.runtime.kernels import (
    BlasLibrary,
    chosen_anew,
    cpu_features,
    loaded,
    use_known_kernels,
)

NEW = {"AVX512_SKX": True, "AVX2": True, "FMA3": True}
OLDER = {"AVX512_SKX": False, "AVX2": True, "FMA3": True}


class Library:
    """An OpenBLAS that goes by the variable, as the real one does."""

    def __init__(self, name: str = "Prescott", obeys: bool = True) -> None:
        self.kernels, self.obeys, self.calls = name, obeys, 0

    def leave(self) -> None:
        self.calls += 1
        if self.obeys:
            self.kernels = ""

    def choose(self) -> None:
        if not self.kernels:
            self.kernels = os.environ.get("OPENBLAS_CORETYPE", "Prescott")

    def functions(self) -> BlasLibrary:
        return BlasLibrary(self.leave, self.choose, lambda: self.kernels.encode())


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)


@pytest.mark.parametrize(("features", "name"), [(NEW, "SkylakeX"), (OLDER, "Haswell")])
def test_an_unknown_processor_gets_what_it_can_run(features: dict[str, bool], name: str) -> None:
    library = Library()
    assert chosen_anew(library.functions(), features) == name
    assert library.kernels == name
    assert "OPENBLAS_CORETYPE" not in os.environ


@pytest.mark.parametrize("features", [{}, {"AVX2": True, "FMA3": False}])
def test_a_processor_that_can_do_no_more_keeps_its_own(features: dict[str, bool]) -> None:
    library = Library()
    assert chosen_anew(library.functions(), features) is None
    assert library.calls == 0


def test_known_processors_are_left_alone() -> None:
    library = Library("Zen")
    assert chosen_anew(library.functions(), NEW) is None
    assert (library.calls, library.kernels) == (0, "Zen")


def test_who_named_the_kernels_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    library = Library()
    assert chosen_anew(library.functions(), NEW) is None
    assert os.environ["OPENBLAS_CORETYPE"] == "Prescott"


def test_a_library_that_does_not_obey_is_not_said_to_have_changed() -> None:
    assert chosen_anew(Library(obeys=False).functions(), NEW) is None


def test_a_file_without_the_functions_is_none(tmp_path: object) -> None:
    assert loaded(f"{tmp_path}/no_library.so") is None


def test_this_process_uses_no_kernels_older_than_its_processor() -> None:
    use_known_kernels()
    own = [i for i in threadpool_info() if i["internal_api"] == "openblas"]
    if cpu_features().get("AVX2") and cpu_features().get("FMA3"):
        libraries = [found for i in own if (found := loaded(i["filepath"])) is not None]
        assert all(library.name() != b"Prescott" for library in libraries)
    a = np.random.default_rng(0).standard_normal((70, 300)).astype(np.float32)
    assert np.allclose(a @ a.T, np.einsum("ik,jk->ij", a, a), atol=1e-3)
    assert use_known_kernels() == []
