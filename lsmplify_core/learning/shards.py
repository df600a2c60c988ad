# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion read once and kept as memory-mapped arrays: training then needs no more memory than it has
for lessons, starts at once, and all processes of a machine share one copy.

    shards/index.json              what is in it, and what was left out, with reasons
    shards/train/rotations.npy     one array for each field of `Clips`, all clips end to end
    shards/validation/rotations.npy …

`prepare_shards` reads AMASS as its owners ship it (`AMASS/<subset>/<subject>/<clip>_poses.npz` of
SMPL-H, `…_stageii.npz` of SMPL-X), and any other folder of AMASS-format clips.
"""

import dataclasses
import fnmatch
import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from ..files.atomic import write_whole
from ..files.json_files import read_json
from ..runtime.console import say
from ..runtime.errors import OUTSIDE, InputError, error_line
from .data import SET_WEIGHTS, Clips, clips_of, is_validation

FORMAT: Final = 2
AMASS_VALIDATION: Final = ("HumanEva", "MPI_HDM05", "HDM05", "SFU", "MPI_mosh", "MoSh")
"""Subsets that AMASS's own split keeps for validation, by both of their folder names."""
AMASS_TEST: Final = ("Transitions_mocap", "Transitions", "SSM_synced", "SSM")
"""Subsets that AMASS's own split keeps for tests; left out."""
AMASS_TRAIN: Final = (
    "ACCAD", "BMLhandball", "BMLmovi", "BMLrub", "BioMotionLab_NTroje", "CMU", "CNRS", "DanceDB",
    "DFaust", "DFaust_67", "EKUT", "Eyes_Japan_Dataset", "GRAB", "HUMAN4D", "KIT", "MPI_Limits",
    "PosePrior", "SOMA", "TCD_handMocap", "TCDHands", "TotalCapture", "WEIZMANN",
)  # fmt: skip
"""All its other subsets, by both of their folder names where they were renamed."""
NO_MOTION: Final = ("shape.npz", "*_stagei.npz")
"""Files of AMASS that hold a person's shape and no motion."""
FRAME_FIELDS: Final = tuple(
    f.name for f in dataclasses.fields(Clips)
    if f.name not in ("starts", "lengths", "chance", "trust")
)  # fmt: skip
"""Fields of `Clips` with a row for each frame; the others have one for each clip."""
_CONVENTIONS: Final = ("as the files have them", "in the anatomical convention")
"""What their rotations are in, by whether that is the anatomical convention."""
_CHUNK: Final = 64
"""Clips that are read before the next line is told."""


def prepare_shards(
    data: Path,
    out: Path,
    leave_out: Sequence[str] = (),
    workers: int = 0,
    anatomical: bool = False,
) -> None:
    """Read all clips below `data` and write the shards.

    Args:
        data: Folder of AMASS, of one of its subsets, or of other clips of its format.
        out: Folder to write; it may not hold other files.
        leave_out: Patterns of paths below `data`, as `CMU/02/*`.
        workers: Processes that read; 0 for this one alone.
        anatomical: Bring rotations into the anatomical convention.

    Raises:
        InputError: There are no clips, or the folder is in use.
    """
    if out.exists() and any(out.iterdir()) and not is_shards(out):
        raise InputError(f"{out}: is not empty; give a new folder")
    files = [f for f in sorted(data.rglob("*.npz")) if not _matches(f.name, NO_MOTION)]
    if not files:
        raise InputError(f"{data}: there are no motion clips (*.npz) below this folder")
    parts: dict[str, list[Path]] = {"train": [], "validation": []}
    left: list[tuple[str, str]] = []
    for file in files:
        name = file.relative_to(data).as_posix()
        part = part_of(file, data)
        if _matches(name, leave_out):
            left.append((name, "asked to be left out"))
        elif part == "test":
            left.append((name, "in AMASS's test split"))
        else:
            parts[part].append(file)
    out.mkdir(parents=True, exist_ok=True)
    (out / "index.json").unlink(missing_ok=True)  # written last: what has one is whole
    index: dict[str, Any] = {"format": FORMAT, "anatomical": anatomical}
    for part, chosen in parts.items():
        index[part] = _write_part(out / part, _read(chosen, data, left, workers, anatomical))
    if not index["train"]["clips"]:
        raise InputError(f"{data}: no clip can be trained on; the first: {_first(left)}")
    index["left_out"] = left
    text = json.dumps(index, indent=1) + "\n"
    write_whole(out / "index.json", lambda file: file.write(text.encode()))
    _tell(index, out)


def part_of(file: Path, data: Path) -> str:
    """train, validation or test: by AMASS's split where a folder above is one of its subsets."""
    for name in (*reversed(file.relative_to(data).parts[:-1]), data.name):
        if name in AMASS_TEST:
            return "test"
        if name in AMASS_VALIDATION:
            return "validation"
        if name in AMASS_TRAIN:
            return "train"
    return "validation" if is_validation(file) else "train"


def is_shards(folder: Path) -> bool:
    """Whether a folder holds shards, and whole ones."""
    return (folder / "index.json").is_file()


def load_shards(folder: Path, part: str, anatomical: bool = False) -> Clips:
    """The clips of a part; nothing but the small arrays is read. InputError where there are none,
    or where their rotations are not in the convention that is asked for."""
    try:
        index = read_json(folder / "index.json", "an index of shards")
        if index["format"] != FORMAT:
            raise InputError(f"{folder}: these shards are of another version; prepare them anew")
        if index["anatomical"] != anatomical:
            raise InputError(
                f"{folder}: rotations of these shards are {_CONVENTIONS[not anatomical]}, and the "
                f"configuration asks for rotations {_CONVENTIONS[anatomical]}; prepare them anew"
            )
        if not index[part]["clips"]:
            raise InputError(f"{folder}: there are no clips in its part {part!r}")
        names = [f.name for f in dataclasses.fields(Clips)]
        arrays = {name: _mapped(folder / part / f"{name}.npy") for name in names}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder}: these shards can't be read ({error}); prepare them anew"
        ) from error
    return Clips(**arrays)


def _mapped(path: Path) -> Tensor:
    """Copy on write, since torch knows no read-only arrays; nothing is ever written."""
    return torch.from_numpy(np.load(path, mmap_mode="c", allow_pickle=False))


def _write_part(folder: Path, clips: Iterable[tuple[Path, Clips]]) -> dict[str, Any]:
    """Clip after clip: arrays of the frames grow on the disk, those of the clips are small."""
    folder.mkdir(exist_ok=True)
    lengths: list[int] = []
    weights: list[float] = []
    trust: list[Tensor] = []
    with ExitStack() as stack:
        grown: dict[str, GrowingArray] = {}
        for file, clip in clips:
            for name in FRAME_FIELDS:
                value: Tensor = getattr(clip, name)
                if name not in grown:
                    array = GrowingArray(folder / f"{name}.npy", value.numpy())
                    grown[name] = stack.enter_context(array)
                grown[name].add(value.numpy())
            frames = int(clip.lengths[0])
            lengths.append(frames)
            weights.append(frames * SET_WEIGHTS.get(file.parent.name, 1.0))
            trust.append(clip.trust)
    if lengths:
        length = torch.tensor(lengths)
        chance = torch.tensor(weights, dtype=torch.float64)
        _save(folder / "lengths.npy", length)
        _save(folder / "starts.npy", torch.cumsum(length, 0) - length)
        _save(folder / "chance.npy", chance / chance.sum())
        _save(folder / "trust.npy", torch.cat(trust))
    return {"clips": len(lengths), "frames": sum(lengths)}


def _save(path: Path, values: Tensor) -> None:
    write_whole(path, lambda file: np.save(file, values.numpy()))


def _read(
    files: list[Path],
    data: Path,
    left: list[tuple[str, str]],
    workers: int,
    anatomical: bool,
) -> Iterator[tuple[Path, Clips]]:
    """Clip after clip, read side by side; what can't be read is left out with the reason."""
    with ExitStack() as stack:
        pool = stack.enter_context(ProcessPoolExecutor(workers)) if workers > 1 else None
        for first in range(0, len(files), _CHUNK):
            chunk = files[first : first + _CHUNK]
            read = partial(_read_one, anatomical=anatomical)
            results = map(read, chunk) if pool is None else pool.map(read, chunk)
            for file, (clip, problem) in zip(chunk, results, strict=True):
                if clip is None:
                    left.append((file.relative_to(data).as_posix(), problem))
                else:
                    yield file, clip
            say(f"{first + len(chunk)} of {len(files)} clips are read")


def _read_one(file: Path, anatomical: bool) -> tuple[Clips | None, str]:
    try:
        return clips_of([file], anatomical), ""
    except OUTSIDE as error:
        return None, error_line(error)


class GrowingArray:
    """A .npy file whose first axis grows; its head is written when it is closed."""

    def __init__(self, path: Path, like: np.ndarray) -> None:
        """like: an array of the kind and the shape of what is added, but for the first axis."""
        self._path, self._kind, self._shape = path, like.dtype, like.shape[1:]
        self._temporary = path.with_suffix(".part")
        self._rows = 0

    def __enter__(self) -> "GrowingArray":
        """Open the file."""
        self._file = self._temporary.open("wb")
        self._file.write(bytes(_HEAD))
        return self

    def add(self, values: np.ndarray) -> None:
        """More rows."""
        assert values.shape[1:] == self._shape, f"{values.shape} after {self._shape}"
        self._file.write(np.ascontiguousarray(values, dtype=self._kind).tobytes())
        self._rows += len(values)

    def __exit__(self, kind: object, *rest: object) -> None:
        """Write the head and rename the file into place, or drop it after an error."""
        self._file.seek(0)
        self._file.write(self._head())
        self._file.close()
        if kind is None:
            self._temporary.replace(self._path)
        else:
            self._temporary.unlink(missing_ok=True)

    def _head(self) -> bytes:
        """Format 1.0 of numpy.lib.format, padded to _HEAD bytes."""
        shape = (self._rows, *self._shape)
        text = str({"descr": self._kind.str, "fortran_order": False, "shape": shape})
        padded = text.encode().ljust(_HEAD - 11) + b"\n"
        return b"\x93NUMPY\x01\x00" + (_HEAD - 10).to_bytes(2, "little") + padded


_HEAD: Final = 128
"""Bytes of a .npy file's head, which is far longer than any shape here needs."""


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def _first(left: list[tuple[str, str]]) -> str:
    return f"{left[0][0]}: {left[0][1]}" if left else "there is none"


def _tell(index: dict[str, Any], out: Path) -> None:
    for part in ("train", "validation"):
        frames = index[part]["frames"]
        say(f"{part}: {index[part]['clips']} clips, {frames} frames, {frames / 108000:.2f} h")
    left = index["left_out"]
    for name, why in left[:10]:
        say(f"left out: {name}: {why}")
    if len(left) > 10:
        say(f"left out: {len(left) - 10} more; all of them are in {out / 'index.json'}")
