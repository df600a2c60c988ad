# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives are weighed by what their arrays say, all together, before anything is unpacked."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lsmplify_core.files.npz import names_in, read_npy, read_npz
from lsmplify_core.files.results import is_result
from lsmplify_core.runtime.errors import InputError


def header(shape: tuple[int, ...], kind: str = "<f4") -> bytes:
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        head, {"descr": kind, "fortran_order": False, "shape": shape}
    )
    return head.getvalue()


def archive(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return path


def test_all_that_numpy_writes_comes_back_as_numpy_reads_it(tmp_path: Path) -> None:
    arrays: dict[str, Any] = {
        "numbers": np.random.default_rng(0).random((3, 4)), "one": np.array(3.0),
        "fortran": np.asfortranarray(np.arange(6).reshape(2, 3)), "none": np.zeros((0, 3)),
        "text": np.array(["a", "bc"]), "no text": np.array([], dtype=np.str_),
        "bytes": np.array(b"male"), "big": np.arange(3, dtype=">i4"), "truth": np.array([True]),
    }  # fmt: skip
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / "x.npz", **arrays)
        found = read_npz(tmp_path / "x.npz", None, "x")
        assert found.keys() == arrays.keys()
        for key, value in arrays.items():
            np.testing.assert_array_equal(found[key], value)
            assert (found[key].dtype, found[key].shape) == (value.dtype, value.shape)


@pytest.mark.parametrize("end", ["", ".npy"])
def test_a_members_name_with_and_without_npy_is_weighed(tmp_path: Path, end: str) -> None:
    content = header((6_000_000, 3)) + b"\0" * 72_000_000
    path = archive(tmp_path / "x.npz", {f"{k}{end}": content for k in ("poses", "trans")})
    with pytest.raises(InputError, match="unpacks to"):
        read_npz(path, None, "a motion")
    with pytest.raises(InputError, match="unpacks to"):
        read_npz(path, ("poses", "trans"), "a motion")


def test_arrays_are_weighed_together(tmp_path: Path) -> None:
    content = header((1000, 3)) + b"\0" * 12_000
    path = archive(tmp_path / "x.npz", {f"a{n}.npy": content for n in range(9)})
    assert len(read_npz(path, None, "x", 9 * 24_000)) == 9
    with pytest.raises(InputError, match="unpacks to"):
        read_npz(path, None, "x", 9 * 24_000 - 1)
    assert len(read_npz(path, ("a1", "a2"), "x", 2 * 24_000)) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"", b"no array", header((10, 3)), header((10, 3)) + b"\0" * 119,
        header((1, 3)) + b"\0" * 13,
        header((10**18,), "<f8"), header((1 << 61, 8), "<f8"), header((3,), "|O") + b"\0" * 24,
        header((3,), "<M8[s]") + b"\0" * 24, header((1,), "<U536870911"),
        b"\x93NUMPY\x01\x00\x10\x00" + b"(" * 16, b"\x93NUMPY\x02\x00\xff\xff\xff\xff",
        b"\x93NUMPY\x09\x00\x10\x00" + b" " * 16,
        b"\x93NUMPY\x01\x00\x40\x00"
        + b"{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}".ljust(64),
    ],
)  # fmt: skip
def test_a_damaged_array_is_one_line(tmp_path: Path, content: bytes) -> None:
    path = archive(tmp_path / "x.npz", {"poses.npy": content})
    with pytest.raises(InputError) as refused:
        read_npz(path, ("poses",), "a motion")
    assert "\n" not in str(refused.value)


def test_ways_to_pack_that_numpy_does_not_know_are_refused(tmp_path: Path) -> None:
    content = header((1, 3)) + b"\0" * 12
    path = archive(tmp_path / "x.npz", {"poses.npy": content}, zipfile.ZIP_LZMA)
    with pytest.raises(InputError, match="not packed as NumPy packs"):
        read_npz(path, None, "a motion")


def test_one_name_twice_is_refused(tmp_path: Path) -> None:
    content = header((1, 3)) + b"\0" * 12
    path = archive(tmp_path / "x.npz", {"poses": content, "poses.npy": content})
    with pytest.raises(InputError, match="twice"):
        read_npz(path, None, "a motion")


def test_an_npy_that_is_a_hole_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "x.npy").open("wb") as file:
        file.write(header((1 << 30, 25, 3), "<f8"))
        file.truncate(600 << 30)
    with pytest.raises(InputError, match="unpacks to"):
        read_npy(tmp_path / "x.npy", "a take")


def test_names_are_read_of_archives_only(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", a=1)
    (tmp_path / "y.npz").write_bytes(b"PK\x03\x04")
    assert names_in(tmp_path / "x.npz") == {"a"}
    assert not names_in(tmp_path / "y.npz")
    assert not names_in(tmp_path / "gone.npz")


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ('{"track_error_mm": {}, "frames": 1}', True), ('{"repairs": []}', True),
        ('{"form": "lsmplify calibration", "rest_joints": []}', True),
        ('{"keypoints": [{"name": "a", "joint": "Head"}]}', True),
        ('{"keypoints": [{"name": "a", "x": 1, "y": 2, "z": 3}]}', False),
        ('[{"geodesic_deg": 1, "method": "default"}]', True), ("[]", False), ("{}", False),
        ("{", False), ("[" * 5000, False), ('{"frames": []}', False),
    ],
)  # fmt: skip
def test_what_we_wrote_is_told_from_takes(tmp_path: Path, text: str, ours: bool) -> None:
    (tmp_path / "x.json").write_text(text)
    assert is_result(tmp_path / "x.json") == ours
