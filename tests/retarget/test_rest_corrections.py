# SPDX-License-Identifier: GPL-3.0-or-later
"""What an artist says of a rest pose by posing: twists of limbs are taken, their directions stay;
corrections go round in map files."""

from dataclasses import replace

import numpy as np
import pytest

from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.retarget import InputError, load_map, retarget, save_map
from lsmplify_core.retarget.posing.figure import figure_of
from lsmplify_core.retarget.rest.corrections import corrections_of_pose, twist_of
from lsmplify_core.retarget.rest.frames import canonical
from lsmplify_core.retarget.rig.rig_map import map_from_json
from lsmplify_core.review.character_overlay import posed_lines, rest_lines
from tests.retarget.rigs import person, person_roles
from tests.takes import waving


def _map():
    from lsmplify_core.retarget import RigMap

    return RigMap("person", person_roles())


def _posed(rig, bone: int, turn: np.ndarray) -> np.ndarray:
    """Axes of all bones with one bone turned about its own axes."""
    axes = rig.axes.copy()
    axes[bone] = axes[bone] @ axis_angle_to_matrix(turn)
    return axes


def test_a_limbs_twist_is_taken_and_its_direction_stays() -> None:
    rig, rig_map = person(), _map()
    name = rig_map.first("L_Elbow")
    bone = rig.index(name)
    before = figure_of(rig, rig_map)
    frame = before.frames["L_Elbow"]
    straight = rig.axes.copy()
    straight[bone] = before.points.body @ frame.T @ rig.axes[bone]  # as the T-pose has it
    assert not corrections_of_pose(rig, rig_map, straight, {name})
    twisted = straight.copy()
    along = before.points.body @ canonical("L_Elbow")
    twisted[bone] = axis_angle_to_matrix(0.4 * along) @ straight[bone]
    found = corrections_of_pose(rig, rig_map, twisted, {name})
    assert set(found) == {"L_Elbow"}
    assert np.linalg.norm(found["L_Elbow"]) == pytest.approx(0.4, abs=0.02)
    after = figure_of(rig, replace(rig_map, rest=found))
    usual = canonical("L_Elbow")
    assert np.allclose(after.frames["L_Elbow"] @ usual, frame @ usual, atol=1e-6)
    assert not np.allclose(after.frames["L_Elbow"], frame, atol=0.1)
    assert not corrections_of_pose(rig, rig_map, twisted, set())


def test_a_corrected_bone_is_posed_as_it_was_shown() -> None:
    rig, rig_map = person(), _map()
    bone = rig.index(rig_map.first("Head"))
    axes = _posed(rig, bone, np.array([0.2, 0.1, -0.1]))
    found = corrections_of_pose(rig, rig_map, axes, {rig_map.first("Head")})
    figure = figure_of(rig, replace(rig_map, rest=found))
    posed = figure.points.body @ figure.rest[figure.of("Head")[0]]
    assert np.allclose(posed, axes[bone], atol=1e-6)


def test_corrections_are_kept_in_map_files(tmp_path) -> None:
    made = replace(_map(), rest={"L_Elbow": (0.1, -0.2, 0.3)})
    save_map(made, tmp_path / "m.json")
    assert load_map(tmp_path / "m.json").rest == {"L_Elbow": (0.1, -0.2, 0.3)}
    save_map(_map(), tmp_path / "n.json")
    assert "rest" not in (tmp_path / "n.json").read_text()


@pytest.mark.parametrize(
    "rest", [[], {"Nose": [0, 0, 0]}, {"Head": [0, 0]}, {"Head": [0, 0, "x"]}, {"Head": [0, 0, 99]}]
)
def test_corrections_that_are_none_are_one_line(rest) -> None:
    with pytest.raises(InputError) as caught:
        map_from_json({"name": "m", "bones": {"Pelvis": "hips"}, "rest": rest}, "m.json")
    assert "m.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_twist_is_read_off_a_rotation() -> None:
    axis = np.array([0.0, 0.6, 0.8])
    assert twist_of(axis_angle_to_matrix(1.2 * axis), axis) == pytest.approx(1.2)
    assert twist_of(axis_angle_to_matrix(-0.3 * axis), axis) == pytest.approx(-0.3)
    assert twist_of(np.eye(3), axis) == pytest.approx(0.0)


def test_lines_of_a_preview_and_of_the_rest() -> None:
    rig, rig_map = person(), _map()
    motion = retarget(waving(10), rig, rig_map).motion
    drawn = posed_lines(motion, 3)
    assert np.allclose(drawn.ends[::2], motion.heads[3])
    lengths = np.linalg.norm(drawn.ends[1::2] - drawn.ends[::2], axis=1)
    own = np.linalg.norm(rig.tails[motion.bones] - rig.heads[motion.bones], axis=1)
    assert np.allclose(lengths, own)
    rest = rest_lines(rig, rig_map)
    assert rest.ends.shape == (len(rest.colours), 3)
    corrected = rest_lines(rig, replace(rig_map, rest={"L_Elbow": (0.5, 0.0, 0.0)}))
    assert np.abs(corrected.ends - rest.ends).max() > 0.01
