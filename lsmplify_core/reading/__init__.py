# SPDX-License-Identifier: GPL-3.0-or-later
"""Files to Tracks: one reader for each format, chosen by what the file is and by its name."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from ..files.regular import MOST_FILES, check_regular, folders_below, reading
from ..files.results import is_result
from ..runtime.errors import InputError
from ..tracks.blocks import TrackBlocks, blocks_of
from ..tracks.held_values import without_held
from ..tracks.plausible import check_in_space
from ..tracks.tracks import Tracks
from .arrays import read_array
from .bvh import is_bvh, read_bvh
from .c3d.reader import is_c3d, open_c3d, read_c3d
from .keypoints.folders import is_take, read_folder
from .keypoints.image_points import image_size, noted_if_image, scaled_to_image
from .keypoints.json_files import read_keypoints
from .overrides import with_overrides
from .systems.motive import is_motive, read_motive
from .systems.nexus import is_nexus, read_nexus
from .systems.qualisys import is_qualisys, read_qualisys
from .systems.trc import is_trc, read_trc
from .tables.table import read_table

__all__ = ["SUFFIXES", "is_c3d_file", "is_take", "open_take", "read_tracks", "takes_in"]

SUFFIXES: Final = (
    ".c3d", ".trc", ".bvh", ".json", ".npy", ".npz", ".csv", ".tsv", ".txt", ".dat",
)  # fmt: skip
"""File names that `read_tracks` takes as tracks, in lower case."""

Reader = Callable[[Path, float | None], Tracks]

_BY_NAME: Final[dict[str, Reader]] = {
    ".c3d": read_c3d, ".trc": read_trc, ".bvh": read_bvh, ".json": read_keypoints,
    ".npy": read_array, ".npz": read_array, ".csv": read_table, ".tsv": read_table,
    ".txt": read_table, ".dat": read_table,
}  # fmt: skip
_BY_TEXT: Final[tuple[tuple[Callable[[str], bool], Reader], ...]] = (
    (is_bvh, read_bvh), (is_motive, read_motive), (is_qualisys, read_qualisys),
    (is_trc, read_trc), (is_nexus, read_nexus),
)  # fmt: skip
_HEAD: Final = 64 * 1024


def read_tracks(
    path: Path | str, *, fps: float | None = None, unit: str | None = None, up: str | None = None,
    mirror: str | None = None, image: str | None = None,
) -> Tracks:  # fmt: skip
    """Read one take: a file, or a folder that is one (`is_take`).

    Args:
        path: the file or folder.
        fps: frames per second, where the file is wrong.
        unit: "m", "cm", "mm", "ft" or "in".
        up: the axis that points up ("y", "+y", "-z", …), or its direction ("0.1,0.9,-0.3").
        mirror: the axis along which the file's world is a mirror image, or "off" for none.
        image: "WIDTHxHEIGHT" of the picture that image landmarks are shares of.

    Returns:
        The tracks as the file has them, without values that only repeat the last one seen.

    Raises:
        InputError: with the file's name, where it cannot be read.
    """
    path = Path(path)
    with reading(path, "tracks"):
        reader = read_folder if path.is_dir() else _reader(path)
        tracks = reader(path, fps)
    if reader is not read_bvh:  # a skeleton's joints may stand quite still
        tracks = without_held(tracks)
    check_in_space(tracks)
    tracks = scaled_to_image(noted_if_image(tracks), None if image is None else image_size(image))
    return with_overrides(tracks, fps=fps, unit=unit, up=up, mirror=mirror)


def is_c3d_file(path: Path) -> bool:
    """Whether a take is a C3D, whatever its name. Raises InputError for what cannot be read."""
    return not path.is_dir() and _reader(path) is read_c3d


def open_take(
    path: Path, *, fps: float | None = None, unit: str | None = None, up: str | None = None,
    mirror: str | None = None, image: str | None = None,
) -> TrackBlocks:  # fmt: skip
    """Open one take to be read in blocks: C3D, whose frames stay in the file until they are needed.
    Files of other formats are read as a whole.

    The arguments are those of `read_tracks`, and so are the samples, but for values that only
    repeat the last one seen: those are looked for in every block by itself.
    """
    with reading(path, "tracks"):
        blocks = None
        if image is None and is_c3d_file(path):
            blocks = open_c3d(path, fps)
    if blocks is None:
        return blocks_of(read_tracks(path, fps=fps, unit=unit, up=up, mirror=mirror, image=image))
    with_overrides(blocks.head, fps=fps, unit=unit, up=up, mirror=mirror)  # wrong ones are told now
    return blocks.changed(
        lambda tracks: with_overrides(
            without_held(tracks), fps=fps, unit=unit, up=up, mirror=mirror
        )
    )


def takes_in(folder: Path) -> list[Path]:
    """The takes in a folder, its own folders included: files of a known name, and folders that are
    one take. The folder itself, if it is one.

    What this project wrote there (motions, reports, lists) is no take. Links are followed, each
    folder once. Raises InputError where the tree is larger than a capture's.
    """
    found: list[Path] = []
    whole: set[Path] = set()
    for place, files in folders_below(folder):
        if not whole.isdisjoint(place.parents):
            continue
        if is_take(place):
            whole.add(place)
            found.append(place)
            continue
        found += [f for f in files if f.suffix.lower() in SUFFIXES and not is_result(f)]
        if len(found) > MOST_FILES:
            raise InputError(
                f"{folder}: holds more than {MOST_FILES:,} takes; choose a folder in it"
            )
    return sorted(found)


def _reader(path: Path) -> Reader:
    """By the file's first bytes where they tell, else by its name."""
    check_regular(path, "tracks")
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise InputError(f"{path}: the file is empty")
    if head.startswith((b"\x93NUMPY", b"PK\x03\x04")):
        return read_array
    suffix = path.suffix.lower()
    if is_c3d(head) and b"\x00" in head[:512]:
        return read_c3d
    named = _BY_NAME.get(suffix)
    if named is not None and named in (read_c3d, read_array):
        return named
    text = _decoded(head)
    for tells, reader in _BY_TEXT:
        if tells(text):
            return reader
    if named is None and text.lstrip()[:1] in ("{", "["):
        return read_keypoints
    if named is None:
        raise InputError(
            f"{path}: {suffix or 'a file without an ending'} is not a format that is read; "
            f"known ones: {', '.join(SUFFIXES)}"
        )
    return named


def _decoded(head: bytes) -> str:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not wide and len(head) > 64 and head[1:400:2].count(0) > 0.6 * len(head[1:400:2]):
        return head.decode("utf-16-le", errors="replace")
    return head.decode("utf-16" if wide else "utf-8-sig", errors="replace")
