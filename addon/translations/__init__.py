# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel in other languages: one file a language, English text to its translation.

Blender's own catalogue comes first: a word that Blender knows is said as Blender says it. Texts with
{fields} are put together by `said`, which translates before it fills them in.
"""

from typing import Final

import bpy

from . import ja, ko, zh

LANGUAGES: Final[dict[str, dict[str, str]]] = {
    "ko_KR": ko.TEXTS, "ja_JP": ja.TEXTS, "zh_HANS": zh.TEXTS,
}  # fmt: skip
"""Blender's names of the languages, since 4.0."""

_CONTEXTS: Final = ("*", "Operator")
"""Where Blender looks a text up: labels and tooltips in the first, operators' names in the second."""


def said(text: str, **fields: object) -> str:
    """An English text in the language of the window, with its {fields} filled in."""
    return bpy.app.translations.pgettext_iface(text).format(**fields)


def register() -> None:
    """Give Blender the texts."""
    bpy.app.translations.register(__package__, {
        language: {(context, text): told for text, told in texts.items() for context in _CONTEXTS}
        for language, texts in LANGUAGES.items()
    })  # fmt: skip


def unregister() -> None:
    """Take them back."""
    bpy.app.translations.unregister(__package__)
