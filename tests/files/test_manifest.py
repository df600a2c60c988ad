# SPDX-License-Identifier: GPL-3.0-or-later
"""The manifest: whole lines from any number of writers, killed or not; and what a take is by
content."""

import json
import multiprocessing
from pathlib import Path

import pytest

from lsmplify_core.files.manifest import append, content_hash, read_manifest
from lsmplify_core.runtime.errors import InputError


def _writer(path: Path, number: int) -> None:
    for n in range(50):
        append(path, {"take": f"{number}-{n}", "text": "x" * 3000})


def test_many_writers_lose_no_line(tmp_path: Path) -> None:
    path = tmp_path / "out/manifest.jsonl"
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_writer, args=(path, n)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(read_manifest(path)) == 200
    assert all(json.loads(line) for line in path.read_text().splitlines())


def test_the_last_record_of_a_take_counts(tmp_path: Path) -> None:
    path = tmp_path / "manifest.jsonl"
    append(path, {"take": "a", "error": "x"})
    append(path, {"take": "a", "error": None})
    assert read_manifest(path)["a"]["error"] is None


def test_what_a_killed_writer_left_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "manifest.jsonl"
    append(path, {"take": "a"})
    with path.open("ab") as file:
        file.write(b'{"take": "b", "outp')
    assert set(read_manifest(path)) == {"a"}
    append(path, {"take": "c"})
    assert set(read_manifest(path)) == {"a", "c"}


@pytest.mark.parametrize(
    "junk", [b"[]\n", b"1\n", b"\xff\xfe\n", b'{"take": 5}\n', b"[" * 5000 + b"\n", b"\n\n"]
)
def test_lines_that_are_no_record_are_passed_over(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "manifest.jsonl"
    path.write_bytes(junk)
    append(path, {"take": "a"})
    assert set(read_manifest(path)) == {"a"}


def test_a_folder_as_manifest_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        append(tmp_path, {"take": "a"})


def test_a_take_is_its_content_and_the_names_in_its_folder(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (folder / "a").write_bytes(b"1")
        (folder / "b").write_bytes(b"2")
    assert content_hash(one) == content_hash(two)
    (two / "b").rename(two / "c")
    assert content_hash(one) != content_hash(two)
    (two / "c").rename(two / "b")
    (two / "a").write_bytes(b"12")
    (two / "b").write_bytes(b"")
    assert content_hash(one) != content_hash(two)
