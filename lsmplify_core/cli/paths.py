# SPDX-License-Identifier: GPL-3.0-or-later
"""Which options of a command are files that it reads and which are files that it writes.

The names of options tell, so that a new command is looked after without saying so: whatever is
called `out`, `report`, `json`, `props`, `save-…` or `…-out` is written, every other path is read.
"""

import argparse
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..files.outputs import Output, check_outputs
from ..files.results import is_result
from ..reading import SUFFIXES

_WRITTEN: Final = re.compile(
    r"(out|output|report|json|html|csv|log|plots|props|by_clip|manifest|save_\w+|\w+_out)"
)
"""Names of options, as attributes, whose files are written."""
_READ_IN_FOLDERS: Final = (*SUFFIXES, ".pkl", ".jsonl")
"""Files that a command which is given a folder may read in it."""
_TABLES: Final = (b"clip,", b"take,")
"""How our tables in CSV begin."""
_FOLDERS: Final = ("out", "output", "report", "plots", "props")
"""Options whose output may be a folder."""
_NO_OPTIONS: Final = ("words", "command", "kept", "known")
"""What a command keeps beside its options."""
_MOST_PATH: Final = 4096
"""Characters of the longest path; longer words are none."""


def check_paths(args: argparse.Namespace) -> None:
    """Refuse, before anything is read, outputs that are inputs or that are one file.

    Raises:
        InputError: names both, and says what to do.
    """
    outputs = list(written(args))
    inputs = list(read(args))
    for output in outputs:
        inputs += _inside(output.path, inputs)
    check_outputs(outputs, inputs)


def written(args: argparse.Namespace) -> Iterator[Output]:
    """The files that options of a command name to be written."""
    for name, value in vars(args).items():
        if _WRITTEN.fullmatch(name):
            option = "the output" if name in ("out", "output") else f"--{name.replace('_', '-')}"
            paths = (p for p in _each(value) if isinstance(p, Path) and p != Path())
            yield from (Output(option, p) for p in paths if not _is_folder(name, p))


def _is_folder(name: str, path: Path) -> bool:
    """Whether an output is a folder, of several takes, that is there or is yet to be made: results
    and reports may go into one."""
    return name in _FOLDERS and not path.suffix and not path.is_file()


def read(args: argparse.Namespace) -> Iterator[Path]:
    """The files and folders that options of a command name to be read: paths, and words that are a
    file's name (`--layout my.json`, `--key 10=pose.npz:3`)."""
    for name, value in vars(args).items():
        if _WRITTEN.fullmatch(name) or name in _NO_OPTIONS:
            continue
        for one in _each(value):
            if isinstance(one, Path):
                yield one
            elif isinstance(one, str):
                yield from _files_in_word(one)


def _each(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _files_in_word(word: str) -> Iterator[Path]:
    after = word.partition("=")[2]
    for text in dict.fromkeys((word, after, after.rpartition(":")[0])):
        if text and "\0" not in text and len(text) < _MOST_PATH and os.path.isfile(text):
            yield Path(text)


def _inside(output: Path, inputs: list[Path]) -> list[Path]:
    """The output itself where it is a file of a folder that is read, and no table that we wrote
    there."""
    if not output.is_file() or output.suffix.lower() not in _READ_IN_FOLDERS or _is_table(output):
        return []
    place = Path(os.path.realpath(output))
    folders = (Path(os.path.realpath(p)) for p in inputs if p.is_dir())
    return [output] if any(place.is_relative_to(folder) for folder in folders) else []


def _is_table(path: Path) -> bool:
    """Whether a file is a table of ours, which the next run writes anew: rows in JSON, or in
    CSV."""
    if path.suffix.lower() == ".csv":
        with path.open("rb") as file:
            return file.read(64).startswith(_TABLES)
    if path.suffix.lower() != ".json" or not is_result(path):
        return False
    with path.open("rb") as file:
        return file.read(64).lstrip().startswith(b"[")
