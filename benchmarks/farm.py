# SPDX-License-Identifier: GPL-3.0-or-later
"""What a farm has to do for 10, 1,000 and 100,000 takes, by calculation from takes solved here.

    .venv/bin/python benchmarks/farm.py ../shared/motion/test --takes 12 --frames 3600

Each take is solved by a process of its own part (`--shard` is the same work), one thread, and its
processor time is taken, which other work on the machine changes little. From it and from the bytes
read and written follow the table's figures; they are a calculation, not a run of 100,000 takes.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
COUNTS = (10, 1_000, 100_000)
PART_SECONDS = 600
"""What one part should take: long against a process's start, short against what a killed one
costs."""
BLENDER_SECONDS = 4.0
"""Processor time of Blender's start and of writing a .blend, besides the solve; see --blender."""


@dataclass(frozen=True)
class Measured:
    """takes: solved. seconds: processor time a take. start: of an empty part. read, written: bytes
    a take. frames, tracks: of a take, mean. manifest: bytes a take."""

    takes: int
    seconds: float
    start: float
    read: float
    written: float
    frames: float
    manifest: float
    wall: float


def main() -> None:
    """Measure, calculate, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="AMASS-format clips to make takes of")
    parser.add_argument("--takes", type=int, default=24)
    parser.add_argument("--frames", type=int, default=3600,
                        help="of a take; clips are played forwards and backwards until it is "
                             "full")  # fmt: skip
    parser.add_argument("--layout", default="CMU_41")
    parser.add_argument("--cores", type=int, default=64, help="of the farm in the table")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measured = measure(args, Path(folder))
    print(described(measured))
    rows = [expected(measured, count, args.cores) for count in COUNTS]
    print(table(rows, args.cores))
    if args.json is not None:
        content = {"measured": asdict(measured), "expected": rows}
        args.json.write_text(json.dumps(content, indent=2) + "\n")


def measure(args: argparse.Namespace, folder: Path) -> Measured:
    """Solve so many of the clips, as noisy takes of that layout."""
    takes = folder / "takes"
    takes.mkdir()
    frames = [
        write_take(file, args.layout, args.frames, takes) for file in chosen(args.data, args.takes)
    ]
    empty = folder / "empty"
    empty.mkdir()
    start, _ = processor_time("inspect", "--help")
    seconds, wall = processor_time("solve", str(takes), "-o", str(folder / "out"))
    written = [p.stat().st_size for p in (folder / "out").glob("*.npz")]
    assert len(written) == len(frames), "a take was not solved"
    manifest = folder / "out/manifest.jsonl"
    return Measured(
        len(frames), (seconds - start) / len(frames), start,
        float(np.mean([p.stat().st_size for p in takes.iterdir()])), float(np.mean(written)),
        float(np.mean(frames)),
        manifest.stat().st_size / len(frames) if manifest.exists() else 0.0,
        (wall - start) / len(frames),
    )  # fmt: skip


def chosen(data: Path, count: int) -> list[Path]:
    """Evenly over all clips."""
    files = sorted(data.rglob("*.npz"))
    if not files:
        sys.exit(f"error: {data}: there are no motion clips (*.npz) below this folder")
    return [files[i] for i in np.linspace(0, len(files) - 1, min(count, len(files))).astype(int)]


def write_take(file: Path, layout: str, frames: int, folder: Path) -> int:
    """A clip's markers with 1 mm of noise as a take; its frames."""
    sys.path.append(str(ROOT / "tests"))
    from takes import points_of

    from lsmplify_core.layouts.layout import load_layout
    from lsmplify_core.motion.motion import load_motion

    motion = load_motion(file)
    random = np.random.default_rng(1)
    points = points_of(motion, layout)
    there_and_back = np.concatenate((points, points[-2:0:-1]))
    points = there_and_back[np.arange(frames) % len(there_and_back)]
    points = 1000.0 * points + random.standard_normal(points.shape)
    names = np.array(load_layout(layout).names)
    name = f"{file.parent.name}_{file.name}"
    np.savez(folder / name, points=points.astype(np.float32), names=names, rate=motion.rate)
    return frames


def processor_time(*words: str) -> tuple[float, float]:
    """Of `lsmplify` with these words: processor and wall time in seconds."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-m", "lsmplify_core", *words], env=environment, check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - began
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def expected(measured: Measured, takes: int, cores: int) -> dict[str, float]:
    """The table's figures for so many takes."""
    parts = min(takes, max(cores, round(takes * measured.seconds / PART_SECONDS)))
    work = takes * measured.seconds + parts * measured.start
    bake = takes * (measured.seconds + BLENDER_SECONDS)
    gigabyte = 1e9
    return {
        "takes": takes,
        "parts": parts,
        "core_hours": work / 3600,
        "hours_on_2_cores": work / 3600 / min(2, takes),
        "hours_on_farm": work / 3600 / min(cores, parts),
        "core_hours_with_bake": (work + bake) / 3600,
        "read_gb": takes * measured.read / gigabyte,
        "written_gb": takes * measured.written / gigabyte,
        "manifest_mb": takes * measured.manifest / 1e6,
    }


def described(m: Measured) -> str:
    """What was measured, in words."""
    return (
        f"{m.takes} takes of {m.frames:.0f} frames (mean): {m.seconds:.2f} s of processor time a "
        f"take ({m.wall:.2f} s on the clock), {m.start:.2f} s a process; "
        f"{m.read / 1e6:.2f} MB read, {m.written / 1e6:.2f} MB written and {m.manifest:.0f} bytes "
        "of manifest a take"
    )


def table(rows: list[dict[str, float]], cores: int) -> str:
    """As in docs/farm.md."""
    head = (
        "takes", "parts", "core hours", "2 cores", f"{cores} cores", "with bake, core h",
        "read", "written", "manifest",
    )  # fmt: skip
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for row in rows:
        cells = (
            f"{row['takes']:,.0f}", f"{row['parts']:,.0f}", f"{row['core_hours']:.3g}",
            length(row["hours_on_2_cores"]), length(row["hours_on_farm"]),
            f"{row['core_hours_with_bake']:.3g}", size(row["read_gb"]), size(row["written_gb"]),
            size(row["manifest_mb"] / 1000),
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def length(hours: float) -> str:
    """In the unit that reads best."""
    for unit, seconds in (("s", 1 / 3600), ("min", 1 / 60), ("h", 1), ("days", 24)):
        if hours / seconds < 100 or unit == "days":
            return f"{hours / seconds:.3g} {unit}"
    return ""


def size(gigabytes: float) -> str:
    """In kB, MB or GB."""
    for unit, factor in (("kB", 1e6), ("MB", 1e3), ("GB", 1.0)):
        if gigabytes * factor < 1000 or unit == "GB":
            return f"{gigabytes * factor:.3g} {unit}"
    return ""


if __name__ == "__main__":
    main()
