# SPDX-License-Identifier: GPL-3.0-or-later
"""Small files under whatever names a page's commands use, made of the project's own example."""

from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from pages import ROOT, Command

from lsmplify_core.motion.motion import Motion, save_motion
from lsmplify_core.pipeline import SolveSettings, solve
from lsmplify_core.reading import read_tracks

WRITTEN = ("-o", "--out", "--report", "--keys-out")
"""Options that name what a command writes; so do those that begin with --save."""
MOTION = ("--init", "--key", "--body")
FRAMES = {"clean-up.md": 640}
"""Pages whose commands speak of frames further on than a small take has."""


def provide(command: Command) -> None:
    """Make what the command reads and is not there yet, in the current folder."""
    words = command.words
    frames = FRAMES.get(command.page, 120)
    person = words[words.index("--person") + 1] if "--person" in words else ""
    for before, word in pairwise(words[1:]):
        if before in WRITTEN or before.startswith("--save") or word.startswith("-"):
            continue
        name = word.partition("=")[2] if before == "--key" else word
        path = Path(name.partition(":")[0] if before == "--key" else name)
        if path.exists():
            continue
        if name.endswith("/"):
            for take in ("walk.c3d", "run.c3d"):
                save_take(path / take, 60)
        elif path.suffix == ".pkl":
            save_model(path)
        elif path.suffix == ".npz":
            save_pose(path) if before == "--key" else save_solved(path, frames)
        elif path.suffix in (".c3d", ".trc"):
            save_take(path, frames, person)


def save_take(path: Path, frames: int, person: str = "") -> None:
    """Some frames of the example as C3D or TRC; more than it has go on backwards. With a person,
    for two of them."""
    import c3d

    path.parent.mkdir(parents=True, exist_ok=True)
    source = read_tracks(ROOT / "examples/markers_cmu41.trc")
    positions = np.concatenate((source.positions, source.positions[::-1]))[60 : 60 + frames]
    names = list(source.names)
    if person:
        positions = np.concatenate((positions, positions + 1500.0), axis=1)
        names = [f"{who}:{n}" for who in (person, "Other") for n in names]
    if path.suffix == ".trc":
        path.write_text(trc_text(positions, names, source.rate), encoding="utf-8")
        return
    writer = c3d.Writer(point_rate=source.rate, analog_rate=0)
    for frame in positions:
        rows = np.zeros((len(names), 5), dtype=np.float32)
        rows[:, :3] = np.nan_to_num(frame)
        rows[~np.isfinite(frame).all(axis=1), 3] = -1
        writer.add_frames([(rows, np.zeros((0, 0)))])
    writer.set_point_labels(names)
    with path.open("wb") as file:
        writer.write(file)


def trc_text(positions: np.ndarray, names: list[str], rate: float) -> str:
    """A TRC file in millimetres, empty cells for what is missing."""
    frames, count = positions.shape[:2]
    head = [
        "PathFileType\t4\t(X/Y/Z)\ttake.trc",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits",
        f"{rate:g}\t{rate:g}\t{frames}\t{count}\tmm",
        "Frame#\tTime\t" + "\t\t\t".join(names),
        "\t\t" + "\t".join(f"{a}{i + 1}" for i in range(count) for a in "XYZ"),
        "",
    ]
    rows = [
        f"{i + 1}\t{i / rate:.4f}\t"
        + "\t".join("" if np.isnan(x) else f"{x:.1f}" for x in f.ravel())
        for i, f in enumerate(positions)
    ]
    return "\n".join(head + rows) + "\n"


@cache
def solved(frames: int) -> Motion:
    """The motion of such a take."""
    tracks = read_tracks(ROOT / "examples/markers_cmu41.trc").between(60, 119)
    motion = solve(tracks, settings=SolveSettings(smooth=0.0)).motion
    order = np.resize(np.concatenate((np.arange(60), np.arange(60)[::-1])), frames)
    return Motion(motion.rotations[order], motion.root[order], motion.rate, motion.body)


def save_solved(path: Path, frames: int) -> None:
    """A motion npz of so many frames."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_motion(solved(frames), path)


def save_pose(path: Path) -> None:
    """A motion npz of one frame."""
    motion = solved(60)
    save_motion(Motion(motion.rotations[:1], motion.root[:1], motion.rate, motion.body), path)


def save_model(path: Path) -> None:
    """A model file of the SMPL family that is nobody's body."""
    from smpl_files import model, save_pkl

    save_pkl(path, model())
