# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a fit is computed is found by name, without torch until a device is asked for; what is not
there is said in one line."""

import inspect
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from lsmplify_core.cli.main import main
from lsmplify_core.evaluation.synthetic import strolling
from lsmplify_core.evaluation.takes import keypoints
from lsmplify_core.ik import backend
from lsmplify_core.ik.backend import DEVICES, Backend, NumpyBackend, backend_of
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.runtime.errors import InputError


@pytest.fixture
def without_torch(monkeypatch: pytest.MonkeyPatch):
    """As where torch is not installed."""

    def absent(name: str, package: str | None = None) -> object:
        raise ImportError("No module named 'torch'")

    monkeypatch.setattr(backend, "import_module", absent)
    monkeypatch.setattr(backend, "_NO_TORCH", backend._NoTorch())
    backend._torch_backend.cache_clear()
    yield
    backend._torch_backend.cache_clear()


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch):
    """As where torch sees no GPU."""
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    backend._torch_backend.cache_clear()
    yield
    backend._torch_backend.cache_clear()


@pytest.fixture
def take(tmp_path):
    """A file of tracks that can be solved."""
    layout = load_layout("BODY_25")
    points = keypoints(strolling(20, 30.0), layout)
    path = tmp_path / "take.npz"
    np.savez(path, positions=points, names=np.array(layout.names), rate=30.0)
    return path


def test_every_backend_has_the_interface() -> None:
    kinds: list[type] = [NumpyBackend]
    if "torch" in sys.modules or pytest.importorskip("torch"):
        from lsmplify_core.learning.device import TorchBackend

        kinds.append(TorchBackend)
    names = [name for name in vars(Backend) if name.endswith("_steps")]
    assert len(names) == 3
    for kind in kinds:
        for name in names:
            wanted = inspect.signature(getattr(Backend, name))
            assert inspect.signature(getattr(kind, name)).parameters == wanted.parameters, name


def test_numpy_needs_no_torch_and_imports_none() -> None:
    code = (
        "import sys\n"
        "from lsmplify_core.cli.main import main\n"
        "from lsmplify_core.ik.backend import NUMPY, check_device\n"
        "check_device(NUMPY)\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_torch_a_device_is_refused_and_auto_is_numpy(without_torch: None) -> None:
    for device in ("cpu", "cuda", "mps"):
        with pytest.raises(InputError, match=f"--device {device}: PyTorch cannot be used here"):
            backend_of(device)
    assert isinstance(backend_of("auto"), NumpyBackend)
    assert isinstance(backend_of("numpy"), NumpyBackend)


def test_auto_asks_for_torch_again_a_while_after_it_failed(
    without_torch: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What kept it from being imported, a library in use or short memory, has passed by then."""
    now = [100.0]
    monkeypatch.setattr(backend, "monotonic", lambda: now[0])
    there = NumpyBackend()
    assert backend_of("auto") is not there
    module = SimpleNamespace(torch_backend=lambda _device: there)
    monkeypatch.setattr(backend, "import_module", lambda *_: module)
    now[0] += backend._RETRY - 1  # not at every step of a fit
    assert backend_of("auto") is not there
    now[0] += 2
    assert backend_of("auto") is there


def test_a_device_that_torch_does_not_see_is_refused(no_gpu: None) -> None:
    with pytest.raises(InputError, match="torch sees no CUDA device; use --device cpu or leave it"):
        backend_of("cuda")
    with pytest.raises(InputError, match="torch sees no Metal device"):
        backend_of("mps")
    assert isinstance(backend_of("auto"), NumpyBackend)
    with pytest.raises(InputError, match=r"numpy, auto, cpu, cuda or mps"):
        backend_of("xpu")
    assert len(DEVICES) == 5


@pytest.mark.parametrize("words", [
    ["solve", "TAKE", "-o", "OUT"], ["evaluate", "--data", "TAKE"],
    ["benchmark", "--only", "device"],
])  # fmt: skip
def test_the_commands_say_so_in_one_line(words, take, tmp_path, no_gpu, capsys) -> None:
    out = tmp_path / "out.npz"
    words = [{"TAKE": str(take), "OUT": str(out)}.get(word, word) for word in words]
    assert main([*words, "--device", "cuda"]) == 2
    said = [line for line in capsys.readouterr().err.splitlines() if line.strip()]
    assert said == [
        "error: --device cuda: torch sees no CUDA device; use --device cpu or leave it out"
    ]
    assert not out.exists()


def test_a_benchmark_of_a_device_asks_for_one(capsys) -> None:
    assert main(["benchmark", "--only", "device"]) == 2
    assert "give --device cuda, mps or cpu" in capsys.readouterr().err


@pytest.mark.parametrize("device", ["cuda", "mps", "auto"])
@pytest.mark.parametrize("words", [["solve", "TAKE", "-o", "OUT"], ["evaluate", "--data", "TAKE"]])
def test_a_gpu_serves_one_process(words, device, take, tmp_path, capsys) -> None:
    out = tmp_path / "out"
    words = [{"TAKE": str(take.parent), "OUT": str(out)}.get(word, word) for word in words]
    assert main([*words, "--device", device, "--jobs", "2"]) == 2
    said = [line for line in capsys.readouterr().err.splitlines() if line.strip()]
    assert said == ["error: --jobs 2: a GPU serves one process; leave --jobs out"]
    assert not out.exists()
