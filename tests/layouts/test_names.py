# SPDX-License-Identifier: GPL-3.0-or-later
"""Left and right in the languages that tools and people use."""

import pytest

from lsmplify_core.layouts.matching import best_match
from lsmplify_core.layouts.names import plain

KNEES = {
    "English": ("left knee", "right knee"), "German": ("Knie links", "Knie rechts"),
    "German, of": ("linkes Knie", "rechtes Knie"), "French": ("genou gauche", "genou droit"),
    "Spanish": ("rodilla izquierda", "rodilla derecha"),
    "Italian": ("ginocchio sinistro", "ginocchio destro"),
    "Portuguese": ("joelho esquerdo", "joelho direito"), "Japanese": ("左膝", "右膝"),
    "Chinese": ("左膝", "右膝"), "Korean": ("왼쪽 무릎", "오른쪽 무릎"), "short": ("L_Knee",
                                                                      "R_Knee"),
}  # fmt: skip


@pytest.mark.parametrize("language", KNEES)
def test_sides_are_known(language: str) -> None:
    left, right = KNEES[language]
    assert (plain(left), plain(right)) == ("lknee", "rknee")


@pytest.mark.parametrize(
    ("left", "right"), [("Vänster", "Höger"), ("lewa", "prawa"), ("левая", "правая")]
)
def test_other_languages_have_sides_too(left: str, right: str) -> None:
    assert (plain(f"{left} x"), plain(f"{right} x")) == ("lx", "rx")


@pytest.mark.parametrize("name", ["Clavicle", "Lumbar", "Ring", "Rest", "lion", "Derby"])
def test_words_that_only_begin_like_a_side_have_none(name: str) -> None:
    assert plain(name) == name.lower()


def test_a_german_skeleton_is_matched() -> None:
    parts = ("Schulter", "Ellbogen", "Handgelenk", "Hüfte", "Knie", "Knöchel")
    names = [f"{part} {side}" for part in parts for side in ("links", "rechts")] + ["Nase"]
    match = best_match(names)
    found = {match.layout.names[k]: names[t] for k, t in match.matched}
    assert len(found) == len(names)
    sides = {"L": "links", "R": "rechts"}
    for point, track in found.items():
        plain_point = plain(point)
        if "Nase" not in track:
            assert track.endswith(sides[plain_point[0].upper()])
