# SPDX-License-Identifier: GPL-3.0-or-later
"""Every file of shared/markers as read here, by a second reader, and as its own list has it.

C3D against ezc3d, TRC against a few lines below. Needs `pip install -e .[dev]`.
"""

import csv
from pathlib import Path
from typing import Any

import numpy as np
from common import SHARED, absent, publish

from lsmplify_core.evaluation.tables import text_table
from lsmplify_core.layouts.matching import best_match
from lsmplify_core.reading import read_tracks
from lsmplify_core.tracks.people import find_people
from lsmplify_core.tracks.tracks import Tracks
from lsmplify_core.tracks.units_and_axes import find_world

DATA = SHARED / "markers"


def main() -> None:
    """One line a file."""
    if not DATA.is_dir():
        absent("reading", DATA)
        return
    with (DATA / "files.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["points"]]
    data = [compared(row) for row in rows]
    head = ["file", "points", "unit", "up", "rate", "gap %", "people", "second reader", "list"]
    keys = ("file", "points", "unit", "up", "rate", "gaps", "people", "second", "list")
    publish("reading", text_table(head, [[str(d[k]) for k in keys] for d in data]), data)


def compared(row: dict[str, str]) -> dict[str, Any]:
    """What was found, and what of it differs from the others."""
    path = DATA / row["file"]
    tracks = read_tracks(path)
    try:
        world = find_world(tracks, best_match(tracks.names))
        unit, up = world.unit_name, world.up
    except Exception as error:  # no body by its names
        unit, up = "-", f"- ({str(error)[:20]}…)"
    gaps = round(100.0 * tracks.gaps, 2)
    told = {
        "points": (len(tracks.names), int(row["points"])), "unit": (unit, row["unit"]),
        "frames": (tracks.frames, int(row["frames"])), "up": (up, row["up"]),
        "gaps": (gaps, float(row["gap_percent"])),
    }  # fmt: skip
    if row["hz"]:
        told["rate"] = (tracks.rate, float(row["hz"]))
    differ = [f"{k} {b}" for k, (a, b) in told.items() if a != b]
    return {
        "file": row["file"], "points": len(tracks.names), "unit": unit, "up": up,
        "rate": tracks.rate, "gaps": gaps, "people": len(find_people(tracks)),
        "second": second(path, tracks), "list": "; ".join(differ) or "same",
    }  # fmt: skip


def second(path: Path, tracks: Tracks) -> str:
    """The largest difference of a place, and samples that only one of the two has."""
    if path.suffix == ".c3d":
        names, other = by_ezc3d(path)
    elif path.suffix == ".trc":
        names, other = by_lines(path)
    else:
        return "none"
    pairs = [(i, names.index(n)) for i, n in enumerate(tracks.names) if n in names]
    ours, theirs = tracks.positions[:, [i for i, _ in pairs]], other[:, [j for _, j in pairs]]
    if ours.shape != theirs.shape or len(pairs) < len(tracks.names):
        return f"{len(pairs)} points and {len(other)} frames"
    seen, there = (np.isfinite(x).all(axis=-1) for x in (ours, theirs))
    both = seen & there
    return f"{np.abs(ours[both] - theirs[both]).max():.1g}, {int((seen != there).sum())} samples"


def by_ezc3d(path: Path) -> tuple[list[str], np.ndarray]:
    """Labels and places, NaN by the rule of the data's README."""
    import ezc3d  # pyright: ignore[reportMissingTypeStubs]

    file: Any = ezc3d.c3d(str(path))
    parameters = file["parameters"]["POINT"]
    names = list(parameters["LABELS"]["value"])
    for group in range(2, 20):
        if f"LABELS{group}" in parameters:
            names += parameters[f"LABELS{group}"]["value"]
    places = file["data"]["points"][:3].transpose(2, 1, 0).astype(float)
    residuals = file["data"]["meta_points"]["residuals"][0].T
    places[(residuals < 0) | (places == 0).all(axis=-1)] = np.nan
    return names, places


def by_lines(path: Path) -> tuple[list[str], np.ndarray]:
    """A TRC without any care: what stands between tabs."""
    lines = path.read_text(encoding="utf-8").splitlines()
    names = [n for n in lines[3].split("\t")[2:] if n.strip()]
    rows = [line.split("\t")[2 : 2 + 3 * len(names)] for line in lines[5:] if line.strip()]
    data = [[float(c) if c.strip() else np.nan for c in row] for row in rows]
    return [n.strip() for n in names], np.array(data).reshape(len(rows), -1, 3)


if __name__ == "__main__":
    main()
