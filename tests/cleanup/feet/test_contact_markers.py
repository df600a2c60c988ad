# SPDX-License-Identifier: GPL-3.0-or-later
"""Contacts become marks on the timeline and come back as the artist has moved them."""

import pytest

from lsmplify_core.cleanup.feet.contact_markers import Mark, contacts_of, mark_of, marks_of
from lsmplify_core.cleanup.feet.contacts import Contact
from lsmplify_core.runtime.errors import InputError

STEP = [Contact("left heel", 10, 20), Contact("left toe", 14, 30), Contact("right toe", 5, 8)]


def test_a_foot_is_down_from_its_first_part_to_its_last() -> None:
    assert [(m.name, m.frame) for m in marks_of(STEP)] == [
        ("R foot down", 5), ("R foot up", 9), ("L foot down", 10), ("L foot up", 31)
    ]  # fmt: skip


def test_untouched_marks_give_the_contacts_back() -> None:
    key = lambda c: (c.part, c.first)  # noqa: E731
    assert sorted(contacts_of(marks_of(STEP), 50, STEP), key=key) == sorted(STEP, key=key)
    assert sorted(contacts_of(marks_of(STEP, True), 50), key=key) == sorted(STEP, key=key)


def test_a_moved_mark_draws_its_contact_along() -> None:
    marks = [Mark("L", "foot", True, 4), Mark("L", "foot", False, 36)]
    assert contacts_of(marks, 50, STEP) == [
        Contact("left heel", 4, 20),
        Contact("left toe", 14, 35),
    ]
    marks = [Mark("L", "foot", True, 16), Mark("L", "foot", False, 18)]
    assert contacts_of(marks, 50, STEP) == [
        Contact("left heel", 16, 17),
        Contact("left toe", 16, 17),
    ]


def test_a_foot_that_the_motion_does_not_show_stands_on_both() -> None:
    marks = [Mark("R", "foot", True, 40), Mark("R", "foot", False, 45)]
    assert contacts_of(marks, 50, STEP) == [
        Contact("right heel", 40, 44),
        Contact("right toe", 40, 44),
    ]


def test_open_ends_reach_to_the_ends() -> None:
    assert contacts_of([Mark("L", "toe", False, 7)], 50) == [Contact("left toe", 0, 6)]
    assert contacts_of([Mark("L", "toe", True, 45)], 50) == [Contact("left toe", 45, 49)]


def test_a_foot_cannot_come_down_twice() -> None:
    marks = [Mark("L", "foot", True, 5), Mark("L", "foot", True, 9)]
    with pytest.raises(InputError, match="L foot down at frame 9"):
        contacts_of(marks, 50)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("L foot down", Mark("L", "foot", True, 3)),
        ("r_heel_up [Anna]", Mark("R", "heel", False, 3)),
        ("LX foot down", None),
        ("F_03", None),
        ("L foot downwards", None),
    ],
)
def test_only_names_of_ours_are_marks(name: str, found: Mark | None) -> None:
    assert mark_of(name, 3) == found
