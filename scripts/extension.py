# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the extension zip with Blender's own builder and has Blender's validator look at it.

Usage, with the bpy module installed:
  extension.py OUT.zip                      the extension that people install
  extension.py OUT.zip PLATFORM PYTHON      its torch flavour, e.g. linux-x64 311

The torch flavour has the learning part and the wheels of wheels/torch-PLATFORM-pyVERSION.txt
besides. One zip is for one platform and one Python: Blender 4.2 unpacks whatever fits the platform,
and torch for a second Python would double what has to be downloaded.
"""

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LARGEST = 12 * 1024 * 1024
"""Bytes that the small zip may have: it is meant to install in seconds."""
SOURCES = ("__init__.py", "LICENSE", "README.md", "addon", "lsmplify_core")
BLENDERS = {"311": '"4.2.0"\nblender_version_max = "5.1.0"', "313": '"5.1.0"'}
"""The Blenders that have a Python, as the manifest says it; the maximum itself is not among
them."""
LEARNING = '  "/lsmplify_core/learning/",\n'
FIRST_PYTHON = 'blender_version_min = "4.2.0"'
WHEEL_TAGS = {
    "linux-x64": ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    "windows-x64": ("win_amd64",),
    "macos-arm64": ("macosx_14_0_arm64", "macosx_11_0_arm64"),
}


def main() -> int:
    """Build, validate and say how large it is."""
    zip_file = Path(sys.argv[1]).resolve()
    zip_file.parent.mkdir(parents=True, exist_ok=True)
    torch = len(sys.argv) > 2
    source = _torch_source(*sys.argv[2:]) if torch else ROOT
    tool = builder()
    _run(tool, "build", "--source-dir", str(source), "--output-filepath", str(zip_file))
    _run(tool, "validate", str(zip_file))
    size = zip_file.stat().st_size
    print(f"{zip_file.name}: {size / 1024 / 1024:.2f} MB")
    if size > LARGEST and not torch:
        print(f"error: the zip is larger than {LARGEST // 1024 // 1024} MB", file=sys.stderr)
        return 1
    return 0


def builder() -> Path:
    """Blender's extension tool, a plain script among the files of the bpy module."""
    spec = find_spec("bpy")
    folders = list(spec.submodule_search_locations or []) if spec else []
    found = [p for f in folders for p in Path(f).glob("*/scripts/addons_core/bl_pkg/cli/*_ext.py")]
    if not found:
        raise SystemExit("error: no Blender extension tool in the bpy module; run `make extension`")
    return found[0]


def _torch_source(platform: str, python: str) -> Path:
    """A folder with the sources, the wheels and a manifest that names them all."""
    listed = ROOT / f"wheels/torch-{platform}-py{python}.txt"
    if not listed.is_file():
        raise SystemExit(
            f"error: there is no {listed.relative_to(ROOT)}; scripts/torch_lock.py writes it where "
            "the package index has torch's CPU build for that platform and Python"
        )
    source = ROOT / "build/torch" / f"{platform}-py{python}"
    wheels = source / "wheels"
    for name in SOURCES:
        _copy(ROOT / name, source / name)
    _download(listed, platform, python, wheels)
    manifest = (ROOT / "blender_manifest.toml").read_text(encoding="utf-8")
    (source / "blender_manifest.toml").write_text(
        torch_manifest(manifest, platform, python, sorted(w.name for w in wheels.glob("*.whl"))),
        encoding="utf-8",
    )
    return source


def torch_manifest(manifest: str, platform: str, python: str, wheels: list[str]) -> str:
    """The small zip's manifest, changed to name a platform, its Blenders and all wheels."""
    head, rest = manifest.split("wheels = [", 1)
    names = "".join(f'  "./wheels/{name}",\n' for name in wheels)
    for text, count in ((FIRST_PYTHON, head), (LEARNING, rest)):
        if text not in count:
            raise SystemExit(f"error: blender_manifest.toml no longer says {text.strip()}")
    head = head.replace(
        FIRST_PYTHON, f'blender_version_min = {BLENDERS[python]}\nplatforms = ["{platform}"]'
    )
    return f"{head}wheels = [\n{names}]{rest.split(']', 1)[1].replace(LEARNING, '')}"


def _copy(source: Path, target: Path) -> None:
    """A file or a folder anew, without what running it left behind."""
    if source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
        return
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))


def _download(listed: Path, platform: str, python: str, folder: Path) -> None:
    """The listed wheels and those of the small zip, and no others; each is held to its hash."""
    wanted = folder.parent / ".wheels.txt"
    lines = [p.read_text(encoding="utf-8") for p in (ROOT / "wheels/bundled.txt", listed)]
    text = "".join(lines)
    if wanted.is_file() and wanted.read_text(encoding="utf-8") == text and folder.is_dir():
        return
    shutil.rmtree(folder, ignore_errors=True)
    wanted.unlink(missing_ok=True)
    partly = folder.parent / ".wanted.txt"
    partly.write_text(text, encoding="utf-8")
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
        "--no-deps", "--only-binary", ":all:", "--require-hashes", "--requirement", str(partly),
        "--python-version", f"{python[0]}.{python[1:]}", "--dest", str(folder),
    ]  # fmt: skip
    for tag in WHEEL_TAGS[platform]:
        command += ["--platform", tag]
    if subprocess.run(command, check=False).returncode:
        raise SystemExit(f"error: not all wheels of {listed.name} could be fetched")
    partly.rename(wanted)


def _run(tool: Path, *arguments: str) -> None:
    code = subprocess.run([sys.executable, str(tool), *arguments], check=False).returncode
    if code:
        raise SystemExit(code)


if __name__ == "__main__":
    raise SystemExit(main())
