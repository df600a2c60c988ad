# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a change of the code left the results as they were.

same_results.py --save DIR [--shared ../shared] [--checkout FOLDER] [--quick] [--only PART …]
    runs the commands of `results_saved.py` and keeps what they write in DIR
same_results.py OLD NEW [--only PART …]
    compares two such folders: the largest difference of each kind of number, and where it is.
    Exit code 1 beyond 1e-5 rad and 1e-6 m, or where one folder has what the other lacks.
--only: some of solve, options, clean, evaluate and bake; clean goes on from options.

Sentences (warnings, notes) are shown where they differ and do not count; times are not compared.
"""

import argparse
import csv
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from results_saved import PARTS, save

LIMITS = {"rad": 1e-5, "m": 1e-6, "figure": 1e-3, "count": 0.0, "sentence": math.inf}
"""The largest difference of each kind that still counts as the same. Figures (jitter, shares) are
relative, to 1 at least; larger limits would let third derivatives of position hide a change."""

_KINDS = (".npz", ".json", ".csv")
"""Files of results."""

UNTIMED = ("seconds", "frames_per_second")
"""Keys whose values differ from run to run."""

RADIANS = {"_deg": math.pi / 180, "rotation_quaternion": 2.0, "euler": 1.0}
"""Ends of keys whose numbers are angles, and what makes radians of them."""

METRES = {"_mm": 0.001, "rest_joints": 1.0, "offset": 1.0, "location": 1.0, "height": 1.0}
"""Ends of keys whose numbers are lengths, and what makes metres of them."""

SHARES = ("frames_above_15_deg",)
"""Keys that end like an angle and are none."""


@dataclass
class Differences:
    """The largest difference by kind with its place, and what one folder lacks."""

    largest: dict[str, tuple[float, str]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    lacking: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)

    def add(self, kind: str, size: float, place: str, count: int = 1) -> None:
        """Count a difference; NaN on one side only is an infinite one."""
        size = math.inf if math.isnan(size) else size
        self.numbers[kind] = self.numbers.get(kind, 0) + count
        if kind not in self.largest or size > self.largest[kind][0]:
            self.largest[kind] = (size, place)

    def same(self) -> bool:
        """Whether nothing is beyond its limit and nothing is lacking."""
        beyond = any(size > LIMITS[kind] for kind, (size, _) in self.largest.items())
        return not beyond and not self.lacking


def main() -> int:
    """Save a folder of results, or compare two."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, metavar="OLD NEW")
    parser.add_argument("--save", type=Path, metavar="DIR", help="run the commands, keep results")
    parser.add_argument(
        "--shared", type=Path, default=Path("../shared"), help="marker files, clips"
    )
    parser.add_argument("--checkout", type=Path, help="whose code runs (default: this script's)")
    parser.add_argument("--quick", action="store_true", help="a few files and clips of each kind")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART")
    args = parser.parse_args()
    if args.save is not None:
        checkout = args.checkout or Path(__file__).parents[1]
        save(args.save.resolve(), checkout.resolve(), args.shared.resolve(), args.quick, args.only)
        return 0
    if len(args.folders) != 2:
        parser.error("give OLD and NEW, or --save DIR")
    found = compared(*args.folders, args.only)
    _show(found)
    return 0 if found.same() else 1


def compared(old: Path, new: Path, parts: Sequence[str]) -> Differences:
    """Every file of either folder's parts against its counterpart."""
    found = Differences()
    names = _names(old, parts), _names(new, parts)
    found.lacking += [f"only in {old}: {n}" for n in sorted(names[0] - names[1])]
    found.lacking += [f"only in {new}: {n}" for n in sorted(names[1] - names[0])]
    if not names[0] & names[1]:
        found.lacking.append("the folders have no file in common")
    for name in sorted(names[0] & names[1]):
        if name.endswith(".npz"):
            _compare_npz(old / name, new / name, name, found)
        else:
            _compare_tree(_tree(old / name), _tree(new / name), name, ("figure", 1.0), found)
    return found


def _names(folder: Path, parts: Sequence[str]) -> set[str]:
    """Files of results below some parts of a folder."""
    files = (path for part in parts for path in (folder / part).rglob("*"))
    return {f.relative_to(folder).as_posix() for f in files if f.suffix in _KINDS}


def _tree(path: Path) -> Any:
    """A JSON file as it is; a table as rows by clip, method and stride."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return json.loads(text)
    rows = list(csv.DictReader(text.splitlines()))
    keys = [" ".join(list(row.values())[:3]) for row in rows]
    return {k: {c: _value(v) for c, v in r.items()} for k, r in zip(keys, rows, strict=True)}


def _value(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def _compare_tree(a: Any, b: Any, place: str, unit: tuple[str, float], found: Differences) -> None:
    """Walk two trees of one form; `unit` is the kind of their numbers, from the last key that
    told."""
    if isinstance(a, dict) and isinstance(b, dict):
        found.lacking += [f"only in OLD: {place} {k}" for k in a if k not in b]
        found.sentences += [f"only in NEW: {place} {k}" for k in b if k not in a]
        for key in a:
            if key in b and key not in UNTIMED:
                _compare_tree(a[key], b[key], f"{place} {key}", _unit(key, unit), found)
    elif isinstance(a, list) and isinstance(b, list) and not _sentences(a + b):
        if len(a) != len(b):
            found.add("count", abs(len(a) - len(b)), f"{place}: entries")
        for i, (one, other) in enumerate(zip(a, b, strict=False)):
            _compare_tree(one, other, f"{place} {i}", unit, found)
    elif _number(a) and _number(b):
        found.add(*_difference(a, b, unit), place)
    elif a != b:
        found.sentences.append(f"{place}: {a!r} → {b!r}")


def _sentences(items: list[Any]) -> bool:
    return bool(items) and all(isinstance(item, str) for item in items)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _unit(key: str, before: tuple[str, float]) -> tuple[str, float]:
    if key in SHARES:
        return "figure", 1.0
    for kind, ends in (("rad", RADIANS), ("m", METRES)):
        for end, factor in ends.items():
            if key.endswith(end):
                return kind, factor
    return ("figure", 1.0) if key == "frames" else before


def _difference(a: Any, b: Any, unit: tuple[str, float]) -> tuple[str, float]:
    """The kind of two numbers, and how far they are apart."""
    kind, factor = unit
    if isinstance(a, int) and isinstance(b, int):
        return "count", abs(a - b)
    if a == b:
        return kind, 0.0
    return kind, abs(a - b) / max(1.0, abs(a)) if kind == "figure" else abs(a - b) * factor


def _compare_npz(old: Path, new: Path, name: str, found: Differences) -> None:
    with np.load(old) as a, np.load(new) as b:
        found.lacking += [f"only in OLD: {name} {k}" for k in a.files if k not in b.files]
        found.sentences += [f"only in NEW: {name} {k}" for k in b.files if k not in a.files]
        for key in a.files:
            if key in b.files:
                _compare_arrays(key, a[key], b[key], f"{name} {key}", found)


def _compare_arrays(key: str, a: Any, b: Any, place: str, found: Differences) -> None:
    if a.shape != b.shape:
        found.lacking.append(f"{place}: shape {a.shape} → {b.shape}")
    elif a.dtype.kind not in "fiu":
        if not np.array_equal(a, b):
            found.lacking.append(f"{place}: {a.tolist()!r:.200} → {b.tolist()!r:.200}")
    elif a.size:
        kind, size = _array_difference(key, a.astype(np.float64), b.astype(np.float64))
        found.add(kind, size, place, a.size)


def _array_difference(key: str, a: Any, b: Any) -> tuple[str, float]:
    """Poses and rotations as the angle between them; all other arrays are metres."""
    if not np.array_equal(np.isnan(a), np.isnan(b)):
        return "m", math.inf
    a, b = np.nan_to_num(a), np.nan_to_num(b)
    if key == "poses":
        return "rad", _angle(_matrices(a.reshape(-1, 3)), _matrices(b.reshape(-1, 3)))
    if key == "rotations":
        return "rad", _angle(a, b)
    if key in ("betas", "mocap_framerate"):
        return "figure", float(np.max(np.abs(a - b) / np.maximum(1.0, np.abs(a))))
    return "m", float(np.max(np.abs(a - b)))


def _matrices(axis_angles: Any) -> Any:
    """Rotation matrices (N,3,3) of axis-angle vectors (N,3): Rodrigues' formula."""
    angle = np.linalg.norm(axis_angles, axis=1)
    x, y, z = (axis_angles / np.maximum(angle, 1e-12)[:, None]).T
    zero = np.zeros_like(x)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=1).reshape(-1, 3, 3)
    sine, cosine = np.sin(angle)[:, None, None], np.cos(angle)[:, None, None]
    return np.eye(3) + sine * cross + (1.0 - cosine) * cross @ cross


def _angle(a: Any, b: Any) -> float:
    """The largest angle, in radians, between rotation matrices: ‖A − B‖ = 2√2 sin(θ/2)."""
    norm = np.linalg.norm(a - b, axis=(-2, -1))
    return float(np.max(2.0 * np.arcsin(np.clip(norm / math.sqrt(8.0), 0.0, 1.0))))


def _show(found: Differences) -> None:
    for line in found.sentences:
        print(f"sentence  {line:.300}")
    for line in found.lacking:
        print(f"LACKING   {line}")
    for kind, (size, place) in sorted(found.largest.items()):
        mark = "same" if size <= LIMITS[kind] else "DIFFERENT"
        at = f" at {place}" if size else ""
        print(f"{mark:9} {kind}: {size:.3g} (limit {LIMITS[kind]:g}, {found.numbers[kind]}){at}")
    print("the same" if found.same() else "NOT THE SAME")


if __name__ == "__main__":
    sys.exit(main())
