# SPDX-License-Identifier: GPL-3.0-or-later
"""Installing, updating, switching off and on, beside others, from a repository; no network, and no
file outside of Blender's user folder."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("bpy", reason="Blender's module is not installed here")

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
PATIENCE = 300
"""Seconds after which a Blender that hangs is given up."""


def run(*command: str | Path, folder: Path) -> str:
    outside = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "BLENDER"))}
    outside |= {"TMPDIR": str(folder), "HOME": str(folder)}
    done = subprocess.run(
        [sys.executable, *map(str, command)], cwd=folder, env=outside,
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def seen(tmp_path_factory) -> dict:
    """What one Blender with an empty user folder went through."""
    room = tmp_path_factory.mktemp("install")
    new = room / "new.zip"
    run(ROOT / "scripts/extension.py", new, folder=room)
    run(ROOT / "scripts/repository.py", room / "repository", new, folder=room)
    for file in (HERE / "install_probe.py", ROOT / "scripts/installed.py"):
        shutil.copy(file, room)
    said = run(
        "install_probe.py", older(new, room / "old.zip"), new, neighbour(room),
        "repository", ROOT / "examples/keypoints_body25.trc", folder=room,
    )  # fmt: skip
    return json.loads([line for line in said.splitlines() if line.startswith("{")][-1])


def older(zip_file: Path, to: Path) -> Path:
    """The same extension as version 0.0.9."""
    with zipfile.ZipFile(zip_file) as source, zipfile.ZipFile(to, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "blender_manifest.toml":
                data = re.sub(rb'\nversion = "[^"]+"', b'\nversion = "0.0.9"', data)
            target.writestr(name, data)
    return to


def neighbour(room: Path) -> Path:
    """Another extension, with a wheel of its own."""
    source = room / "neighbour"
    source.mkdir()
    wheel = source / "neighbours_wheel-1.0-py3-none-any.whl"
    info = "neighbours_wheel-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("neighbours_wheel/__init__.py", 'NAME = "from next door"\n')
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: neighbours-wheel\nVersion: 1.0\n"
        )
        archive.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr(f"{info}/RECORD", "")
    (source / "__init__.py").write_text(
        "import neighbours_wheel\n\n\ndef register():\n    pass\n\n\ndef unregister():\n    pass\n"
    )
    (source / "blender_manifest.toml").write_text(
        'schema_version = "1.0.0"\nid = "neighbour"\nversion = "1.0.0"\nname = "Neighbour"\n'
        'tagline = "Lives next door"\nmaintainer = "Somebody"\ntype = "add-on"\n'
        'blender_version_min = "4.2.0"\nlicense = ["SPDX:GPL-3.0-or-later"]\n'
        f'wheels = ["./{wheel.name}"]\n'
    )
    to = room / "neighbour.zip"
    with zipfile.ZipFile(to, "w") as archive:
        for path in source.iterdir():
            archive.write(path, path.name)
    return to


def test_an_update_keeps_settings_and_the_users_files(seen):
    update = seen["update"]
    assert update["from"] == "0.0.9"
    assert update["to"] != "0.0.9"
    assert update["smpl_file"] == "/somewhere/model.npz"
    assert [f.split("/")[0] for f in update["files"]] == ["mappings", "presets"]
    assert update["after"] == update["files"]
    assert update["solves_anew"]
    assert "as you mapped them before" in update["notes"]
    assert not update["note"]
    assert (update["refine"], update["source"]) == (3, "FILE")
    assert update["solves"]


def test_switched_on_and_off_ten_times_nothing_is_left(seen):
    assert seen["toggled"] == {"different": [], "ours": []}


def test_it_lives_beside_an_extension_with_its_own_wheels(seen):
    beside = seen["neighbour"]
    assert beside["wheel"] == "from next door"
    assert beside["solves"]
    assert beside["after"]


def test_it_is_installed_from_a_repository_of_ones_own(seen):
    assert seen["repository"] == {"enabled": True}


def test_no_network_is_used(seen):
    assert seen["connected"] == []


def test_nothing_is_written_outside_the_users_folder(seen):
    assert seen["outside"] == []
