# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames of a take named in frames of a scene."""

from lsmplify_core.review.scene_frames import in_scene_frames


def test_frames_are_those_of_the_scene_and_say_so() -> None:
    text = "2 gaps were filled: LWRB frames 191 to 202; CLAV frame 45; 12 frames in all"
    assert in_scene_frames(text, 1.0, 0.4) == (
        "2 gaps were filled: LWRB scene frames 77 to 82; CLAV scene frame 19; 12 frames in all"
    )


def test_what_names_scene_frames_already_stays() -> None:
    text = "scene frame 77 is worst, 480 frames at 60 per second"
    assert in_scene_frames(text, 100.0, 2.0) == text
    assert in_scene_frames(in_scene_frames("frame 3", 1, 2), 1, 2) == "scene frame 7"
