# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel in other languages: one file a language, English text to its translation.

Blender's own catalogue comes first, so that a word that Blender knows is said as Blender says it. Where
Blender means something else by it ("Feet" are a unit there), CONTEXT keeps ours apart. Texts with
{fields} are put together by `said`, which translates before it fills them in.
"""

from typing import Final

import bpy

from . import ja, ko, zh

LANGUAGES: Final[dict[str, dict[str, str]]] = {
    "ko_KR": ko.TEXTS, "ja_JP": ja.TEXTS, "zh_HANS": zh.TEXTS,
}  # fmt: skip
"""Blender's names of the languages, since 4.0."""

CONTEXT: Final = "LSMPLify"
"""For `translation_context` of properties and classes whose words Blender uses otherwise."""

_CONTEXTS: Final = ("*", "Operator", CONTEXT)
"""Where Blender looks a text up: labels and tooltips in the first, operators' names in the second."""


def said(text: str, **fields: object) -> str:
    """An English text in the language of the window, with its {fields} filled in."""
    told: str = bpy.app.translations.pgettext_iface(text, CONTEXT) or text
    return told.format(**fields) if fields else told


def register() -> None:
    """Give Blender the texts."""
    bpy.app.translations.register(__package__, {
        language: {(context, text): told for text, told in texts.items() for context in _CONTEXTS}
        for language, texts in LANGUAGES.items()
    })  # fmt: skip


def unregister() -> None:
    """Take them back."""
    bpy.app.translations.unregister(__package__)
