# SPDX-License-Identifier: GPL-3.0-or-later
"""People who touch each other: found between sources, kept between characters of other sizes."""

from dataclasses import replace

import numpy as np
import pytest

from lsmplify_core.body.body import default_body
from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.motion.motion import Motion
from lsmplify_core.retarget import RetargetOptions, RigMap, performance_of, retarget
from lsmplify_core.retarget.contacts.body_parts import source_posture
from lsmplify_core.retarget.contacts.people_touches import find_between
from lsmplify_core.retarget.people import Person, retarget_people
from lsmplify_core.retarget.steps import pose_steps
from lsmplify_core.runtime.progress import run_steps

from . import pairs, rigs

MAP = RigMap("person", rigs.person_roles())
FRAMES = 60


def _standing() -> Motion:
    vectors = np.zeros((FRAMES, 24, 3))
    vectors[:, 0, 0] = 0.5 * np.pi
    vectors[:, [16, 17], 2] = [-1.2, 1.2]
    vectors[:, 3, 1] = 0.1 * np.sin(np.linspace(0, 6, FRAMES))
    return Motion(
        axis_angle_to_matrix(vectors), np.tile([0.0, 0.0, 0.95], (FRAMES, 1)), 30.0, default_body()
    )


def _pair(what: str) -> tuple[Motion, Motion]:
    a = _standing()
    b = pairs.facing(a, a, 0.7 if what == "handshake" else 0.5)
    share = pairs.held(FRAMES, 20, 45, 12)
    if what == "handshake":
        return pairs.shaking_hands(a, b, share)
    return pairs.hand_on_shoulder(a, b, share), b


def _people(motions, sizes, **options) -> list[Person]:
    return [
        Person(performance_of(m), rigs.resized(rigs.person(), s), MAP, RetargetOptions(**options))
        for m, s in zip(motions, sizes, strict=True)
    ]


@pytest.mark.parametrize("what", ["handshake", "hand on shoulder"])
@pytest.mark.parametrize("sizes", [(1.0, 1.0), (1.0, 0.75), (0.6, 0.8), (1.3, 1.0)])
def test_people_of_other_sizes_touch_as_their_sources_do(what, sizes) -> None:
    people = _people(_pair(what), sizes)
    results = retarget_people(people)
    touches = [r.report.touches for r in results]
    assert touches[0]["found"] >= 1
    assert [t["kept"] for t in touches] == [t["found"] for t in touches]
    for result, person in zip(results, people, strict=True):
        alone = retarget(person.source, person.rig, MAP)
        assert result.report.foot_sliding_mm["target"] <= (
            alone.report.foot_sliding_mm["target"] + 0.01
        )


def test_a_handshake_alone_leaves_hands_apart() -> None:
    sizes = (1.0, 0.75)
    people = _people(_pair("handshake"), sizes)
    posed = [run_steps(pose_steps(p.source, p.rig, p.rig_map, p.options)) for p in people]
    assert find_between(posed, [0, 0])
    places = []
    for results in ([retarget(p.source, p.rig, MAP) for p in people], retarget_people(people)):
        hands = [r.motion.world_heads[:, p.rig.index("R hand")] for r, p in
                 zip(results, people, strict=True)]  # fmt: skip
        places.append(np.linalg.norm(hands[1] - hands[0], axis=-1)[25:40].mean())
    source = [source_posture(p.transfer.world, 1.0).points["R_Wrist"] for p in posed]
    wanted = np.linalg.norm(source[1] - source[0], axis=-1)[25:40].mean()
    assert places[0] > wanted + 0.1
    assert places[1] < wanted + 0.03


def test_people_apart_come_over_as_they_do_alone() -> None:
    a, b = _pair("handshake")
    far = replace(b, root=b.root + np.array([5.0, 0.0, 0.0]))
    for person, result in zip(people := _people((a, far), (1.0, 0.7)), retarget_people(people),
                              strict=True):  # fmt: skip
        alone = retarget(person.source, person.rig, MAP)
        assert np.array_equal(result.motion.turns, alone.motion.turns)
        assert np.array_equal(result.motion.heads, alone.motion.heads)


def test_frames_are_held_against_each_other_by_their_numbers() -> None:
    a, b = _pair("handshake")
    people = _people((a, b), (1.0, 0.8))
    late = replace(people[1], source=performance_of(b.between(10, FRAMES)), first=10)
    results = retarget_people([people[0], late])
    assert results[0].report.touches["kept"] == results[0].report.touches["found"] >= 1
    apart = replace(late, first=1000)
    assert (
        retarget_people([people[0], apart])[0].report.touches["found"]
        == (retarget(people[0].source, people[0].rig, MAP).report.touches["found"])
    )


def test_in_place_and_without_touches_nobody_is_moved() -> None:
    motions = _pair("handshake")
    for options in ({"root": "in-place"}, {"touches": False}):
        people = _people(motions, (1.0, 0.8), **options)
        for person, result in zip(people, retarget_people(people), strict=True):
            alone = retarget(person.source, person.rig, MAP, person.options)
            assert np.array_equal(result.motion.heads, alone.motion.heads)
