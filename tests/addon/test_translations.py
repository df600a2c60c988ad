# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever the panel can show is there in every language, with the same fields to fill in."""

import ast
import re
from collections import Counter
from pathlib import Path
from string import Formatter
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
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


def core_texts() -> str:
    """The literal parts of every text in the core and the add-on, a line each."""
    parts: list[str] = []
    for package in ("lsmplify_core", "addon"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if path.parent.name == "translations":
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    parts.append(node.value)
    return "\n".join(parts)


def test_sentences_of_the_core_are_still_its_own(extension) -> None:
    """A sentence that is reworded there is translated no more; this says which."""
    from lsmplify_extension.addon.translations.sentences import TEMPLATES

    known = core_texts()
    # What the words "too slow", ": list" and "; left" are put together of is looked up in parts.
    joints = r"\{\w+\}| too slow | too fast |: (?=\{list)|; (?=\{left)"
    pieces = {p for t in TEMPLATES for p in re.split(joints, t)}
    lost = [p for p in pieces if len(p.strip()) > 3 and p.strip(" :") not in known]
    assert not lost


SENTENCES = (
    "5 short gaps were filled: LWRB scene frames 77 to 82; CLAV scene frame 17; and 3 more",
    "1 exchange of two labels was undone: LKNE and RKNE frames 10 to 12",
    "12 of 53 tracks are not used for the body: 2 unlabelled, 10 others (a, b)",
    "at 240 frames per second the motion is about 4 times too slow for a person; about 60 would "
    "fit (--fps)",
    "Spine1, Neck, … of Anna have constraints, which change the pose",
    "jitter 0.06 → 0.05 km/s³", "turned 1.2° (most 9)", "turned by -12.0° to face the front (-Y)",
    "CMU_41: 41 of 41 points", "480 frames at 60 per second", "1.3 % missing", "left out",
    "the world leans by 12° from the vertical that floor and stance show; it was levelled (--up "
    "overrules this)",
    "left and right arm tracks are exchanged from scene frame 40 to 60 and were put right",
    "LELB is 80 mm from the pose at frame 50 and is not followed there",
    "the tracks' names match no layout; 37 tracks were given to joints by how they move "
    "(certainty 91%): check the result, above all left and right; 4 that are hardly ever seen "
    "were left out",
    "Smoothing did nothing: the action knows no tracks, which show what is decided; use "
    "Attach Tracks",
    "1234 keys, 12 % of a key on every frame",
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_notes_are_said_in_each_language(extension, language, monkeypatch) -> None:
    """They stayed English, or in the language that the window had when they were written."""
    from lsmplify_extension.addon import translations
    from lsmplify_extension.addon.translations import sentences

    texts = texts_of(language)
    found = SimpleNamespace(locale=language, pgettext_iface=lambda t, _context: texts.get(t, t))
    stand_in = SimpleNamespace(app=SimpleNamespace(translations=found))
    for module in (translations, sentences):
        monkeypatch.setattr(module, "bpy", stand_in)
    for sentence in SENTENCES:
        told = sentences.translated(sentence)
        assert re.search(SCRIPTS[language], told), sentence
        numbers = [re.findall(r"\d+", text) for text in (sentence, told)]
        assert Counter(numbers[0]) == Counter(n for n in numbers[1]) or "exchange" in sentence
        assert not re.search("frames|filled|used|times|stance|arm |seen|keys", told), told
    assert sentences.translated("C:/take.c3d: is cut off") == "C:/take.c3d: is cut off"


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
