# SPDX-License-Identifier: GPL-3.0-or-later
"""What `blender --command` by the real executable left, in each chroot of `make gui`."""

from pathlib import Path

import pytest

TAKEN = Path(__file__).parents[2] / "build/gui"


@pytest.fixture(params=("trixie", "sid"))
def left(request) -> Path:
    folder = TAKEN / f"{request.param}-command"
    if not (folder / "codes.txt").is_file():
        pytest.skip(f"no run in {folder.name}; run make gui")
    return folder


def test_exit_codes(left):
    codes = dict(line.split() for line in (left / "codes.txt").read_text().splitlines())
    assert codes == {"install": "0", "bake": "0", "bad": "2", "usage": "2", "remove": "0"}


def test_every_format_was_written(left):
    for end in ("npz", "blend", "fbx", "bvh", "json"):
        assert (left / f"out.{end}").stat().st_size > 100, end
    assert not (left / "bad.npz").exists()


def test_bad_input_is_one_line(left):
    log = (left / "command.log").read_text(errors="replace")
    assert "Traceback" not in log
    assert sum(line.startswith("error: ") for line in log.splitlines()) == 2


def test_nothing_is_left_beside(left):
    """No half-written file, and nothing of ours outside Blender's own user folder."""
    strangers = {p.name for p in left.iterdir()} - {
        "home", "lsmplify.zip", "take.trc", "bad.trc", "codes.txt", "command.log",
        *(f"out.{e}" for e in ("npz", "blend", "fbx", "bvh", "json")),
    }  # fmt: skip
    assert not strangers
    assert {p.name for p in (left / "home").iterdir()} <= {"blender", ".cache", ".config"}
