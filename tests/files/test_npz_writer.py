# SPDX-License-Identifier: GPL-3.0-or-later
"""Npz files that this project writes: read by NumPy and by zip tools, the same bytes each time."""

import io
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lsmplify_core.files import npz_writer
from lsmplify_core.files.npz import read_npz
from lsmplify_core.files.npz_writer import NpzWriter
from lsmplify_core.runtime.threads import THREADS

RANDOM = np.random.default_rng(8)
ARRAYS: dict[str, Any] = {
    "long": RANDOM.standard_normal((90_000, 3)).astype(np.float32),
    "zeros": np.zeros((70_001, 2)),
    "none": np.zeros((0, 5), dtype=np.float32),
    "single": np.array(120.0),
    "names": np.array(["LKNE", "Schüssel", ""]),
    "missing": np.where(RANDOM.random((40, 4)) < 0.3, np.nan, 1.0).astype(np.float32),
}


def written(path: Path, arrays: dict[str, Any] = ARRAYS) -> Path:
    with path.open("wb") as file:
        writer = NpzWriter(file)
        for name, array in arrays.items():
            writer.add(name, array)
        writer.close()
    return path


def same(found: Any) -> None:
    assert sorted(found) == sorted(ARRAYS)
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_numpy_and_this_project_read_it(tmp_path: Path) -> None:
    file = written(tmp_path / "a.npz")
    with np.load(file, allow_pickle=False) as data:
        same(dict(data))
    same(read_npz(file, None, "a test"))


def test_a_zip_tool_finds_nothing_wrong(tmp_path: Path) -> None:
    file = written(tmp_path / "a.npz")
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [f"{name}.npy" for name in ARRAYS]
    if shutil.which("unzip"):
        found = subprocess.run(["unzip", "-t", str(file)], capture_output=True, check=False)
        assert found.returncode == 0


def test_it_is_smaller_than_its_arrays(tmp_path: Path) -> None:
    raw = sum(array.nbytes for array in ARRAYS.values())
    zeros, long = ARRAYS["zeros"].nbytes, ARRAYS["long"].nbytes
    size = written(tmp_path / "a.npz").stat().st_size
    assert size < raw - 0.95 * zeros - 0.05 * long


def test_threads_change_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files: list[bytes] = []
    for threads in ("1", "4"):
        monkeypatch.setenv(THREADS, threads)
        files.append(written(tmp_path / f"{threads}.npz").read_bytes())
    assert files[0] == files[1]


def test_pieces_of_any_size_are_the_same_file() -> None:
    """Blocks of a long take are of any length."""
    values = ARRAYS["long"]
    files: list[bytes] = []
    for rows in (1000, 33_333, len(values)):
        file = io.BytesIO()
        writer = NpzWriter(file)
        entry = writer.begin("long", values.shape)
        for first in range(0, len(values), rows):
            entry.write(values[first : first + rows].tobytes())
        entry.close()
        writer.close()
        files.append(file.getvalue())
    assert files[0] == files[1] == files[2]
    np.testing.assert_array_equal(np.load(io.BytesIO(files[0]))["long"], values)


def test_sizes_beyond_a_field_are_in_wide_fields(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for files of more than 4 GB: the same fields, of which a reader believes the wide ones."""
    monkeypatch.setattr(npz_writer, "_WIDE", 0x7FFF)
    file = written(tmp_path / "a.npz")
    data = file.read_bytes()
    assert b"PK\6\6" in data[-200:]
    end = data.index(b"PK\6\6")
    assert int.from_bytes(data[end + 48 : end + 56], "little") == data.index(b"PK\1\2")
    long = data.index(b"PK\1\2")
    assert int.from_bytes(data[long + 24 : long + 28], "little") == 0x7FFF
    wide = long + 46 + len("long.npy") + 4
    assert int.from_bytes(data[wide : wide + 8], "little") == ARRAYS["long"].nbytes + 128
