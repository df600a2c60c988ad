# SPDX-License-Identifier: GPL-3.0-or-later
"""A file whose row of names is lost is refused at once, and not solved by its numbers."""

from pathlib import Path

import pytest
from damage_files import DAMAGED

from lsmplify_core.reading import read_tracks
from lsmplify_core.reading.checked_input import refuse_titles
from lsmplify_core.runtime.errors import InputError


@pytest.mark.parametrize("rows", [1, 2, 3])
@pytest.mark.parametrize("form", ["nexus", "trc"])
def test_a_file_without_its_row_of_names_is_refused(tmp_path: Path, form: str, rows: int) -> None:
    """Alone or with the rows below it, which say axes and units."""
    lines = DAMAGED[form].write().decode().splitlines(keepends=True)
    row = next(i for i, line in enumerate(lines) if "Nose" in line)
    path = tmp_path / f"take{DAMAGED[form].suffix}"
    path.write_text("".join(lines[:row] + lines[row + rows :]), encoding="utf-8")
    with pytest.raises(InputError, match="names") as caught:
        read_tracks(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("names", "lost"),
    [
        (["58.8425", "-118.6614", "1571.6150", "12.6027"], True),
        (["58.8425", "-118.6614", "", "12.6027"], True),
        (["X1", "Y1", "Z1", "X2"], True),
        (["mm", "mm", "mm", "mm"], True),
        (["1", "2", "3", "4"], False),
        (["C7", "T10", "1.5", "LASI"], False),
        (["1.1", "1.2"], False),
        (["LASI", "Unlabeled.001", "a.b", "nan"], False),
    ],
)
def test_titles_and_numbers_with_fractions_are_no_names(names: list[str], lost: bool) -> None:
    if not lost:
        refuse_titles(names, Path("take.csv"))
        return
    with pytest.raises(InputError, match="the row of names is missing"):
        refuse_titles(names, Path("take.csv"))
