# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever the panel can show is there in every language, with the same fields to fill in."""

import re
from collections import Counter
from string import Formatter
from types import SimpleNamespace

import pytest

LANGUAGES = ("ko_KR", "ja_JP", "zh_HANS")
SCRIPTS = {"ko_KR": "[가-힣]", "ja_JP": "[ぁ-んァ-ヶ一-龠]", "zh_HANS": "[一-鿿]"}
"""Letters that a text in the language must have."""
SAME = {
    "FK", "IK",
    "A/B", "CPU", "GPU", "LSMPLify", "SMPLify", "Learnable SMPLify", "FBX", "BVH", "USD", "glTF",
}  # fmt: skip
"""Names that are the same everywhere, and need no entry."""


def texts_of(language: str) -> dict[str, str]:
    from lsmplify_extension.addon import translations

    return translations.LANGUAGES[language]


def fields(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_panel_is_translated(extension, language) -> None:
    from panel_texts import panel_texts

    wanted, known = panel_texts(), texts_of(language)
    assert len(wanted) > 300
    assert not sorted(wanted - set(known) - SAME), "not translated"
    idle = sorted(set(known) - wanted)
    assert len(idle) < 0.2 * len(known), f"said nowhere: {idle}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_fields_agree(extension, language) -> None:
    wrong = [t for t, told in texts_of(language).items() if fields(t) != fields(told)]
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_is_written_in_its_own_letters(extension, language) -> None:
    for text, told in texts_of(language).items():
        assert re.search(SCRIPTS[language], told) or text in SAME, text
        assert told == told.strip(), text
        assert not told.endswith((".", "。")), text
        assert not Counter(re.findall(r"\d+", text)) - Counter(re.findall(r"\d+", told)), text


def test_words_of_one_language_are_not_given_in_another(extension) -> None:
    japanese, chinese = texts_of("ja_JP"), texts_of("zh_HANS")
    kana = re.compile("[ぁ-んァ-ヶ]")
    assert not [t for t in chinese.values() if kana.search(t)]
    long = [t for t in japanese if len(t) > 30]
    assert not [t for t in long if not kana.search(japanese[t])]


def test_a_text_is_said_with_its_fields_filled_in(extension) -> None:
    """This Blender has no languages; what is translated is seen in a window (tests/gui)."""
    from lsmplify_extension.addon.translations import said

    assert said("Mean track error {mm} mm", mm="1.5") == "Mean track error 1.5 mm"
    assert said("{count} objects selected", count=3) == "3 objects selected"


def test_texts_are_given_to_blender_under_one_name(extension, monkeypatch) -> None:
    """The bpy module is built without languages and takes anything; so somebody else listens
    here."""
    from lsmplify_extension.addon import translations

    kept: dict[str, dict] = {}
    listener = SimpleNamespace(register=kept.__setitem__, unregister=kept.pop)
    stand_in = SimpleNamespace(app=SimpleNamespace(translations=listener))
    monkeypatch.setattr(translations, "bpy", stand_in)
    translations.register()
    (given,) = kept.values()
    assert set(given) == set(LANGUAGES)
    assert given["ja_JP"]["Operator", "Import Tracks"] == given["ja_JP"]["*", "Import Tracks"]
    translations.unregister()
    assert not kept
