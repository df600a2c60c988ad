# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the lists of the torch flavour's wheels anew: `torch_lock.py [PLATFORM…]`.

Asks pip what it would take for each of Blender's platforms and Pythons, downloads nothing, and keeps
name, version and SHA-256 of each file in wheels/torch-PLATFORM-pyVERSION.txt. NumPy is Blender's own.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WANTED = ("torch==2.13.0", "smplx==0.1.28")
BLENDERS_OWN = {"numpy"}
PLATFORMS = {
    "linux-x64": ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    "windows-x64": ("win_amd64",),
    "macos-arm64": ("macosx_14_0_arm64", "macosx_11_0_arm64"),
}
PYTHONS = ("3.11", "3.13")


def main() -> int:
    """Write the lists of the named platforms, or of all."""
    for platform in sys.argv[1:] or PLATFORMS:
        for python in PYTHONS:
            lines = sorted(_lock(platform, python))
            if not lines:
                print(f"{platform}, Python {python}: this index has no set of wheels for it")
                continue
            path = ROOT / "wheels" / f"torch-{platform}-py{python.replace('.', '')}.txt"
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            print(f"{path.name}: {len(lines)} wheels")
    return 0


def _lock(platform: str, python: str) -> list[str]:
    with tempfile.TemporaryDirectory() as nowhere:
        command = [
            sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--report", "-",
            "--ignore-installed", "--target", nowhere, "--only-binary", ":all:",
            "--python-version", python, *WANTED,
        ]  # fmt: skip
        for tag in PLATFORMS[platform]:
            command += ["--platform", tag]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        print(done.stderr.strip().splitlines()[-1], file=sys.stderr)
        return []
    said = done.stdout
    found = json.loads(said[said.index("{") :])["install"]
    return [_line(item) for item in found if _name(item) not in BLENDERS_OWN]


def _name(item: dict) -> str:
    return item["metadata"]["name"].lower().replace("_", "-")


def _line(item: dict) -> str:
    digest = item["download_info"]["archive_info"]["hashes"]["sha256"]
    return f"{_name(item)}=={item['metadata']['version']} --hash=sha256:{digest}"


if __name__ == "__main__":
    raise SystemExit(main())
