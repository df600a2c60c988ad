# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the lists of the torch flavour's wheels anew: `torch_lock.py [PLATFORM…]`.

Asks pip for one package at a time what it would take on each of Blender's platforms and Pythons,
and keeps name, version and SHA-256 of each file in wheels/torch-PLATFORM-pyVERSION.txt. What a
package needs is decided here, since pip looks at the machine it runs on and not at the one asked
for. On Linux only torch's CPU build is taken; an index that has none for a Python gets no list.
NumPy is Blender's own.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
TORCH = {"linux-x64": "torch==2.13.0+cpu"}
WANTED = ("torch==2.13.0", "smplx==0.1.28")
BLENDERS_OWN = {"numpy"}
TAGS = {
    "linux-x64": ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    "windows-x64": ("win_amd64",),
    "macos-arm64": ("macosx_14_0_arm64", "macosx_11_0_arm64"),
}
MACHINES = {
    "linux-x64": ("Linux", "linux", "posix", "x86_64"),
    "windows-x64": ("Windows", "win32", "nt", "AMD64"),
    "macos-arm64": ("Darwin", "darwin", "posix", "arm64"),
}
"""platform_system, sys_platform, os_name and platform_machine, as markers of needs ask for them."""
PYTHONS = ("3.11", "3.13")


class NotServedError(Exception):
    """The index has no file of a package for a platform and Python."""


def main() -> int:
    """Write the lists of the named platforms, or of all; 1 where one could not be written."""
    lacking = 0
    for platform in sys.argv[1:] or TAGS:
        for python in PYTHONS:
            name = f"torch-{platform}-py{python.replace('.', '')}.txt"
            try:
                lines = sorted(map(line, closure(platform, python)))
            except NotServedError as error:
                print(f"{name}: not written: {error}", file=sys.stderr)
                lacking += 1
                continue
            (ROOT / "wheels" / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
            print(f"{name}: {len(lines)} wheels")
    return 1 if lacking else 0


def closure(platform: str, python: str) -> list[dict[str, Any]]:
    """The wanted packages and all that they need there, as pip reports them."""
    waiting = [Requirement(TORCH.get(platform, WANTED[0])), *map(Requirement, WANTED[1:])]
    found: dict[str, dict[str, Any]] = {}
    while waiting:
        need = waiting.pop(0)
        name = canonicalize_name(need.name)
        if name in BLENDERS_OWN:
            continue
        if name not in found:
            found[name] = asked(need, platform, python)
            waiting += needs(found[name], platform, python)
        version = found[name]["metadata"]["version"]
        if not need.specifier.contains(version, prereleases=True):
            raise NotServedError(f"{need} is needed and {version} was taken before")
    return list(found.values())


def needs(item: dict[str, Any], platform: str, python: str) -> list[Requirement]:
    """What a package needs on a platform and Python."""
    system, sys_platform, os_name, machine = MACHINES[platform]
    environment = {
        "platform_system": system, "sys_platform": sys_platform, "os_name": os_name,
        "platform_machine": machine, "python_version": python, "python_full_version": f"{python}.0",
        "implementation_name": "cpython", "platform_python_implementation": "CPython", "extra": "",
    }  # fmt: skip
    every = [Requirement(text) for text in item["metadata"].get("requires_dist", ())]
    wanted = [need for need in every if need.marker is None or need.marker.evaluate(environment)]
    # The CPU build's own needs name no CUDA package; another build's would.
    cuda = [need.name for need in wanted if need.name.startswith(("nvidia-", "cuda-"))]
    if cuda:
        raise NotServedError(f"{item['metadata']['name']} there is a CUDA build ({cuda[0]})")
    return wanted


def asked(need: Requirement, platform: str, python: str) -> dict[str, Any]:
    """The one file that pip would take for a need, without what it needs in turn."""
    with tempfile.TemporaryDirectory() as nowhere:
        command = [
            sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--report", "-",
            "--ignore-installed", "--no-deps", "--target", nowhere, "--only-binary", ":all:",
            "--python-version", python, f"{need.name}{need.specifier}",
        ]  # fmt: skip
        for tag in TAGS[platform]:
            command += ["--platform", tag]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise NotServedError((done.stderr.strip().splitlines() or [f"no {need}"])[-1])
    return json.loads(done.stdout[done.stdout.index("{") :])["install"][0]


def line(item: dict[str, Any]) -> str:
    """A requirement that only this file meets."""
    metadata, digest = item["metadata"], item["download_info"]["archive_info"]["hashes"]["sha256"]
    return f"{canonicalize_name(metadata['name'])}=={metadata['version']} --hash=sha256:{digest}"


if __name__ == "__main__":
    raise SystemExit(main())
