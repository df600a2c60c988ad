# SPDX-License-Identifier: GPL-3.0-or-later
"""The project's own JSON files, damaged or made to harm: one clear line each."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lsmplify_core.calibration.calibration_file import load_calibration
from lsmplify_core.cleanup.feet.contacts import load_contacts
from lsmplify_core.files.json_files import parse_json
from lsmplify_core.files.packing import unpack
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.layouts.mapping import load_mapping
from lsmplify_core.repair.repair_file import load_repairs
from lsmplify_core.runtime.errors import InputError

DOORS: list[Callable[[Path], object]] = [
    load_calibration, load_contacts, load_repairs, lambda p: load_mapping(p, ["a"]),
    lambda p: load_layout(str(p)),
]  # fmt: skip
NAMES = ["calibration", "contacts", "repairs", "mapping", "layout"]


@pytest.mark.parametrize("read", DOORS, ids=NAMES)
@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"[" * 100_000, b'{"a":' * 100_000, b"1" * 100_000, b"null", b"[]",
     b"{}"],
    ids=["empty", "no text", "deep list", "deep object", "long number", "null", "list", "object"],
)  # fmt: skip
def test_damage_is_one_clear_line(read, content, tmp_path):
    path = tmp_path / "file.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as refused:
        read(path)
    assert "file.json" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("read", DOORS, ids=NAMES)
def test_a_file_larger_than_any_is_not_read(read, tmp_path):
    path = tmp_path / "file.json"
    with path.open("wb") as file:
        file.truncate(65 << 20)  # a hole: it takes no disk
    with pytest.raises(InputError, match="is larger than"):
        read(path)


@pytest.mark.parametrize("read", DOORS, ids=NAMES)
def test_a_folder_or_nothing_is_one_clear_line(read, tmp_path):
    for path in (tmp_path, tmp_path / "gone.json"):
        with pytest.raises(InputError):
            read(path)


def test_what_a_blend_file_keeps_is_no_bomb():
    """An npz in text, as actions keep their tracks, that claims to unpack to gigabytes."""
    import base64
    import io
    import zipfile

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", b"\0" * 1000)
    data = bytearray(made.getvalue())
    at = data.rindex(b"PK\x01\x02") + 24  # the size that the directory of the archive claims
    data[at : at + 4] = (0xF0000000).to_bytes(4, "little")
    with pytest.raises(InputError, match="is damaged"):
        unpack(base64.b64encode(bytes(data)).decode(), "action 'x'")


@pytest.mark.parametrize("text", ["{", "NaN", '{"a": Infinity}', "[" * 100_000, ""])
def test_a_text_that_is_no_json_is_refused_where_it_was_found(text):
    with pytest.raises(InputError, match="the list of bones: not a map in JSON"):
        parse_json(text, "the list of bones", "a map")
