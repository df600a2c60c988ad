# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a person beforehand: a saved calibration, or a static trial to calibrate on."""

from pathlib import Path

from ..body.body import Body
from ..body.smpl_file import SmplFile
from ..calibration.calibration_file import SavedCalibration, load_calibration
from ..files.regular import check_regular, reading
from ..pipeline import calibration_of, solve
from ..reading import read_tracks
from ..runtime.errors import InputError
from ..tracks.people import find_people


def read_person(path: Path, layout: str = "auto", person: str = "") -> SavedCalibration:
    """A calibration from a file that `save_calibration` wrote, or from a static trial: a file of
    tracks of the same person with the same markers. InputError says what is wrong with it.

    layout, person: as for a solve; person is the one in a trial of several people.
    """
    if path.suffix.lower() == ".json" and _is_calibration(path):
        return load_calibration(path)
    return calibrated_on(path, layout, person)


def calibrated_on(
    path: Path, layout: str = "auto", person: str = "", body: Body | SmplFile | None = None,
    fps: float | None = None, unit: str | None = None, up: str | None = None,
) -> SavedCalibration:  # fmt: skip
    """Calibrate on a static trial; body as for a solve, fps, unit and up as for a file."""
    people = find_people(read_tracks(path, fps=fps, unit=unit, up=up))
    found = [p for p in people if p.name.lower() == person.lower()] if person else people
    if len(found) != 1 and len(people) > 1:
        names = ", ".join(p.name for p in people)
        raise InputError(f"{path}: a static trial is of one person; {names} are in it, choose one")
    return calibration_of(solve((found or people)[0].tracks, layout=layout, body=body))


def _is_calibration(path: Path) -> bool:
    """A JSON file may also be a take of keypoints."""
    check_regular(path, "a calibration")
    with reading(path, "a calibration"), path.open(encoding="utf-8") as file:
        return '"lsmplify calibration"' in file.read(400)
