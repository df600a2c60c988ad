# SPDX-License-Identifier: GPL-3.0-or-later
"""The motions below a folder, whatever data set it is of."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..body.smpl_file.unpickle import read_pickled
from ..files.regular import files_below, reading
from ..motion.motion import Motion, load_motion
from ..runtime.errors import InputError
from .estimates import estimates_in
from .rich import is_rich, read_rich
from .threedpw import is_3dpw, read_3dpw

_NO_MOTION: Final = ("shape.npz", "_stagei.npz")
"""Ends of names of files that AMASS keeps beside its motions: betas and calibrations alone."""


@dataclass(frozen=True)
class Source:
    """What is read in one go. name: its path under the folder. files: one, or all frames of a
    person in a sequence of RICH."""

    name: str
    files: tuple[Path, ...]


def find_sources(folder: Path, subset: str = "") -> list[Source]:
    """All motions under `folder` whose path there holds `subset`, sorted by name. InputError where
    there are none."""
    if not folder.is_dir():
        raise InputError(
            f"{folder}: there is no such folder; --data wants one with motion files "
            "(AMASS npz, 3DPW pkl, RICH pkl)"
        )
    files = [f for f in sorted(files_below(folder)) if _is_motion(f)]
    single = [Source(f.relative_to(folder).as_posix(), (f,)) for f in files if not is_rich(f)]
    found = sorted([*single, *_sequences(folder, files)], key=lambda source: source.name)
    chosen = [source for source in found if subset in source.name]
    if not chosen:
        what = f"no motion file with {subset!r} in its path" if found else "no motion file"
        raise InputError(f"{folder}: there is {what} (AMASS npz file, 3DPW pkl, RICH pkl)")
    return chosen


def _is_motion(path: Path) -> bool:
    suffix = path.suffix.lower()
    return suffix == ".pkl" or (suffix == ".npz" and not path.name.endswith(_NO_MOTION))


def _sequences(folder: Path, files: list[Path]) -> list[Source]:
    people: dict[str, list[Path]] = {}
    for file in files:
        if is_rich(file):
            sequence = file.parent.parent
            inside = sequence.relative_to(folder) if sequence.is_relative_to(folder) else Path()
            people.setdefault((inside / file.name).as_posix(), []).append(file)
    return [Source(name, tuple(found)) for name, found in people.items()]


def read_source(source: Source) -> list[tuple[str, Motion]]:
    """Its motions, each with a name: one, or one a person of 3DPW, or one a run of RICH's
    frames."""
    with reading(source.files[0], "a motion"):
        return _motions(source)


def _motions(source: Source) -> list[tuple[str, Motion]]:
    path = source.files[0]
    if is_rich(path):
        runs = read_rich(source.files)
        several = len(runs) > 1
        return [(f"{source.name}#{n}" if several else source.name, motion) for n, motion in runs]
    if path.suffix.lower() == ".npz":
        return [(source.name, load_motion(path))]
    content = read_pickled(path)
    if is_3dpw(content):
        people = read_3dpw(content, path)
    else:
        people = [estimate.motion for estimate in estimates_in(content, path)]
    if len(people) == 1:
        return [(source.name, people[0])]
    return [(f"{source.name}#{person}", motion) for person, motion in enumerate(people)]
