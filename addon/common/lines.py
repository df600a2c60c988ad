# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences that are longer than the sidebar is wide, broken by the width of their letters."""

import re
from functools import lru_cache
from typing import Final

import blf
import bpy

_MARGIN: Final = 0.4
"""Heights of a button that a line leaves free."""
_ICON: Final = 1.75
"""Those that an icon before it takes, and the box that such a line may stand in."""
PLAY: Final = 1.1
"""Those of a button of an icon alone beside it."""
_LEAST: Final = 90.0
"""Pixels, at a scale of 1, of a line, however narrow the sidebar is."""
_USUAL: Final = 292.0
"""Units of a sidebar as Blender opens it."""
_FONT: Final = 0
"""Blender's interface font, with letters of all languages."""
_WORDS: Final = re.compile(
    r"[\u3000-\u303f\uff00-\uff65]*[\u3040-\u30ff\u3400-\u9fff][\u3001\u3002\u30fc\uff0c\uff09\uff1b]*"
    r"|[^\s\u3040-\u30ff\u3400-\u9fff]+|\s+"
)
"""What a line may break between: words, and the letters of Japanese and Chinese, each with the
punctuation that must not begin a line."""


def wrapped(context: bpy.types.Context, text: str, beside: float = _ICON) -> list[str]:
    """The text in lines that fit into a panel. A word that is longer than a line, as names of takes
    are, is broken too.

    Args:
        context: of the panel that is drawn.
        text: a sentence or a name.
        beside: what else is in the line, in heights of a button; an icon where it is not said.
    """
    scale = context.preferences.system.ui_scale
    room = panel_width(context) - (_MARGIN + beside) * unit(context)
    return list(_broken(text, max(room, _LEAST * scale), scale))


def unit(context: bpy.types.Context) -> float:
    """Pixels of a button's height."""
    return round(18.0 * context.preferences.system.ui_scale + 1e-6) + 2.0


def panel_width(context: bpy.types.Context) -> float:
    """Pixels of a panel of the sidebar without its margins and the tabs; of one as Blender opens it
    where a script draws."""
    scale, region = context.preferences.system.ui_scale, getattr(context, "region", None)
    whole = region.width if region is not None else _USUAL * scale
    return whole - 1.8 * unit(context) - 16.0 * scale


def width(context: bpy.types.Context, text: str) -> float:
    """Pixels of a text."""
    return _measured(text, context.preferences.system.ui_scale)


def draw(
    layout: bpy.types.UILayout, context: bpy.types.Context, text: str, icon: str = "NONE"
) -> None:
    """The text with its icon, as many lines as it takes."""
    column = layout.column(align=True)
    for number, line in enumerate(wrapped(context, text, 0.0 if icon == "NONE" else _ICON)):
        first = icon if number == 0 or icon == "NONE" else "BLANK1"
        column.label(text=line, icon=first, translate=False)


def span(first: int, last: int, most: int) -> str:
    """The frames of a line in a list that has room for `most` letters; the first frame alone where
    both are longer."""
    whole = f"{first}–{last}" if last > first else str(first)
    return whole if len(whole) <= most else str(first)


@lru_cache(maxsize=512)
def _broken(text: str, room: float, scale: float) -> tuple[str, ...]:
    """Asked at every redraw, so that it is kept."""
    _set_size(scale)
    lines, line = list[str](), ""
    for word in _WORDS.findall(text.strip()):
        if _width(line + word.rstrip()) <= room:
            line += word
            continue
        if line.strip():
            lines.append(line.strip())
        line = word.lstrip()
        while _width(line) > room:
            fits = max((n for n in range(1, len(line)) if _width(line[:n]) <= room), default=1)
            lines.append(line[:fits])
            line = line[fits:]
    return (*lines, line.strip()) if line.strip() else tuple(lines)


@lru_cache(maxsize=2048)
def _measured(text: str, scale: float) -> float:
    _set_size(scale)
    return _width(text)


def _set_size(scale: float) -> None:
    blf.size(_FONT, bpy.context.preferences.ui_styles[0].widget.points * scale)


def _width(text: str) -> float:
    return blf.dimensions(_FONT, text)[0]
