# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a person: a calibration or a static trial, told apart by what is in the file."""

import json
from pathlib import Path

import numpy as np
import pytest
from takes import points_of, waving

from lsmplify_core.body.body import default_body
from lsmplify_core.calibration.calibration_file import SavedCalibration, save_calibration
from lsmplify_core.layouts.layout import Keypoint, load_layout
from lsmplify_core.runtime.errors import InputError
from lsmplify_core.workflows.person_file import read_person

NAMES = load_layout("CMU_41").names


def trial(path: Path, *people: str) -> Path:
    points = points_of(waving(12), "CMU_41")
    every = np.concatenate([points + 2.0 * i for i in range(len(people))], axis=1)
    names = [f"{who}:{n}" if who else n for who in people for n in NAMES]
    np.savez(path, points=every, names=np.array(names), rate=30.0)
    return path


def test_a_calibration_is_known_by_its_first_words(tmp_path: Path) -> None:
    saved = SavedCalibration(default_body(), (Keypoint("C7", 12, (0.0, 0.1, 0.0)),), "mine")
    path = tmp_path / "ANNA.JSON"
    save_calibration(saved, path)
    assert read_person(path).points == saved.points


def test_a_json_of_keypoints_is_a_trial(tmp_path: Path) -> None:
    points = points_of(waving(12), "BODY_25")
    flat = np.concatenate((points, np.ones((12, 25, 1))), axis=-1).reshape(12, -1).tolist()
    path = tmp_path / "trial.json"
    path.write_text(
        json.dumps({"fps": 30, "frames": [{"people": [{"pose_keypoints_3d": f}]} for f in flat]})
    )
    assert read_person(path).layout == "BODY_25"


def test_a_trial_is_of_one_person_and_the_one_is_chosen_by_name(tmp_path: Path) -> None:
    path = trial(tmp_path / "trial.npz", "Anna", "Ben")
    with pytest.raises(InputError, match=r"a static trial is of one person; Anna, Ben are in it"):
        read_person(path)
    with pytest.raises(InputError, match="Anna, Ben"):
        read_person(path, person="Cleo")
    found = read_person(path, person="ben")
    assert {p.name.split(":")[0] for p in found.points} == {"Ben"}
    alone = read_person(trial(tmp_path / "alone.npz", ""), person="whoever")
    assert len(alone.points) == len(NAMES)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.json"):
        read_person(tmp_path / "none.json")
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(InputError, match=r"folder\.json"):
        read_person(tmp_path / "folder.json")
