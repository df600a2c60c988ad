# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences that name frames of a take, said in frames of a scene instead."""

import re
from typing import Final

_NAMED: Final = re.compile(r"\b(?<!scene )(frames?) (\d+)(?:( to |–| and )(\d+))?(?![\d.])")
"""`frame 12`, `frames 12 to 18`: a take's frames as all sentences of this package name them. Counts
(`12 frames`) are the other way round and stay."""


def in_scene_frames(text: str, first: float, step: float) -> str:
    """The sentence with each frame of the take as the scene frame at which it is.

    Args:
        text: sentences for people, of this package.
        first: scene frame of the take's frame 0.
        step: scene frames between two of the take's.

    Returns:
        The text; `frames 191 to 202` becomes `scene frames 77 to 82`.
    """

    def there(number: str) -> str:
        return str(round(first + step * int(number)))

    def said(found: re.Match[str]) -> str:
        word, start, between, end = found.groups()
        rest = f"{between}{there(end)}" if end is not None else ""
        return f"scene {word} {there(start)}{rest}"

    return _NAMED.sub(said, text)
