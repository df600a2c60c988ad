# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sidebar's panels draw, and whether each text has the room that it needs.

A panel draws into a layout that only writes down what it is given; the widths are then shared out
as Blender's own interface does it (interface_layout.cc), and texts are measured in its own font.
Runs in the bpy module, for the tests, and in a real window, for scripts/gui/stages.py.
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import blf
import bpy

Said = Callable[[str], str]
"""An English text in the language that is looked at."""

_POINTS = 11.0
"""Size of the interface's letters at a scale of 1."""
_CLIP = 0.25
"""What Blender leaves free at a text's ends, in units as high as a button."""
_LEFT = 0.4
"""What it leaves free before a text that begins at the left."""
_ICON = 1.0
_ARROW = 0.45
"""Of a list that drops down."""
_ENDS = 0.85
"""Of a number's field, both ends together."""
_NAMED_ENDS = 1.9
"""Of one with its name in it."""
_SCROLLED = 0.9
"""The bar of a list that has more than its rows."""
_WIDE = 10.0
"""What a button with a text asks for beside others; one of an icon alone asks for 1."""


@dataclass(frozen=True)
class Text:
    """A text with the pixels that it has and needs. where: the panel. what: how it is drawn."""

    where: str
    what: str
    text: str
    room: float
    need: float

    @property
    def fits(self) -> bool:
        """Half a pixel is lost to rounding."""
        return self.need <= self.room + 0.5


@dataclass(frozen=True)
class Screen:
    """How wide the sidebar is in pixels, at which scale, in which language."""

    width: int
    scale: float
    said: Said

    @property
    def unit(self) -> float:
        """Pixels of a button's height."""
        return round(18.0 * self.scale + 1e-6) + 2.0

    def wide(self, text: str) -> float:
        """Pixels of a text."""
        blf.size(0, _POINTS * self.scale)
        return blf.dimensions(0, text)[0]

    def context(self) -> Any:
        """Blender's context, but for this sidebar."""
        system = _Instead(bpy.context.preferences.system, ui_scale=self.scale)
        preferences = _Instead(bpy.context.preferences, system=system)
        region = SimpleNamespace(width=self.width, height=900)
        return _Instead(bpy.context, preferences=preferences, region=region)


class _Instead:
    """Something, with other values for some of its attributes."""

    def __init__(self, real: Any, **values: Any) -> None:
        self.__dict__.update(values)
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@dataclass
class _Item:
    """Something with a text. pad: units beside its text."""

    what: str
    text: str
    pad: float
    weight: float = _WIDE

    def texts(self, where: str, screen: Screen, width: float) -> Iterator[Text]:
        if self.text.strip():
            need = screen.wide(self.text)
            yield Text(where, self.what, self.text, width - self.pad * screen.unit, need)


@dataclass
class Layout:
    """A part of a panel. kind: row, column, split or box."""

    screen: Screen
    kind: str = "column"
    align: bool = False
    factor: float = 0.0
    use_property_split: bool = False
    parts: list[Any] = field(default_factory=list)
    operator_context: str = ""
    use_property_decorate: bool = False
    alignment: str = "EXPAND"
    enabled: bool = True
    active: bool = True
    alert: bool = False
    scale_x: float = 1.0
    scale_y: float = 1.0

    # --- what panels call -------------------------------------------------------------------

    def row(self, align: bool = False, **_: Any) -> "Layout":
        return self._part("row", align)

    def column(self, align: bool = False, **_: Any) -> "Layout":
        return self._part("column", align)

    def box(self) -> "Layout":
        return self._part("box", False)

    def split(self, factor: float = 0.0, align: bool = False) -> "Layout":
        return self._part("split", align, factor)

    def grid_flow(self, columns: int = 0, align: bool = False, **_: Any) -> "Layout":
        return self._part("grid", align, float(columns))

    def separator(self, **_: Any) -> None:
        pass

    def label(self, text: str = "", icon: str = "NONE", translate: bool = True, **_: Any) -> None:
        pad = _CLIP if icon == "NONE" else _LEFT + _CLIP
        self._add("label", self._said(text, translate), pad, icon)

    def progress(self, text: str = "", **_: Any) -> None:
        self._add("progress", text, _CLIP, "NONE")

    def operator(
        self, idname: str, text: str | None = None, icon: str = "NONE", translate: bool = True,
        **_: Any,
    ) -> Any:  # fmt: skip
        module, name = idname.split(".")
        own = getattr(getattr(bpy.ops, module), name).get_rna_type().name
        told = own if text is None else text
        self._add("button", self._said(told, translate), _CLIP, icon)
        return SimpleNamespace()

    def operator_menu_enum(self, idname: str, _name: str, text: str = "", **_: Any) -> Any:
        self._add("menu", self._said(text), _LEFT + _CLIP + _ARROW, "NONE")
        return SimpleNamespace()

    def prop_enum(self, data: Any, name: str, value: str) -> None:
        item = data.bl_rna.properties[name].enum_items[value]
        self._add("choice", self._said(item.name), _CLIP, item.icon)

    def prop_search(
        self, data: Any, name: str, _where: Any, _list: str, text: str | None = None,
        icon: str = "NONE", translate: bool = True, **_: Any,
    ) -> None:  # fmt: skip
        own = data.bl_rna.properties[name].name if text is None else text
        self._named(self._said(own, translate), [], 3.0)

    def template_list(
        self, cls: str, _id: str, data: Any, name: str, active_data: Any, active: str,
        rows: int = 5, **_: Any,
    ) -> None:  # fmt: skip
        inner = self._part("list", False)
        kind = getattr(bpy.types, cls)
        fake = SimpleNamespace(
            filter_name="", only_open=False, no_gaps=False, no_fingers=True, bitflag_filter_item=1
        )  # fmt: skip
        items = list(getattr(data, name))
        shown = [1] * len(items)
        if hasattr(kind, "filter_items"):
            shown = kind.filter_items(fake, self.screen.context(), data, name)[0]
        inner.factor = _SCROLLED if sum(map(bool, shown)) > rows else 0.0
        for index, item in enumerate(items):
            if not shown[index]:
                continue
            given = (inner.row(), data, item, 0, active_data, active, index)
            count = len(inspect.signature(kind.draw_item).parameters) - 2
            kind.draw_item(fake, self.screen.context(), *given[:count])

    def prop(
        self, data: Any, name: str, text: str | None = None, icon: str = "NONE",
        toggle: bool = False, expand: bool = False, **_: Any,
    ) -> None:  # fmt: skip
        found = data.bl_rna.properties[name]
        told = self._said(found.name if text is None else text)
        if found.type == "BOOLEAN":
            self._switch(told, icon, toggle)
        elif found.type == "ENUM" and (expand or found.is_enum_flag):
            self._choices(told, found)
        elif found.type == "ENUM":
            names = [self._said(i.name) for i in found.enum_items]
            self._named(told, names, _LEFT + _CLIP + _ARROW)
        elif found.type in ("FLOAT", "INT") and found.is_array:
            for index, value in enumerate(getattr(data, name)):
                self._number(f"{told} {'XYZW'[index]}" if told else "", found, value)
        elif found.type in ("FLOAT", "INT"):
            self._number(told, found, getattr(data, name))
        else:
            self._named(told, [], 3.0)

    # --- properties -------------------------------------------------------------------------

    def _switch(self, told: str, icon: str, toggle: bool) -> None:
        if toggle or icon != "NONE":
            self._add("switch", told, _CLIP, icon)
        elif self.use_property_split:
            split = self.split(0.4, align=True)
            split._add("label", "", 0.0, "NONE")
            split._add("tick", told, 1.0 + _CLIP, "NONE")
        else:
            self._add("tick", told, 1.0 + _CLIP, "NONE", alone=bool(told))

    def _choices(self, told: str, found: bpy.types.Property) -> None:
        part, names = self, [self._said(i.name) for i in found.enum_items]
        if self.use_property_split:
            part = self.split(0.4, align=True)
            part._add("name", told, _CLIP, "NONE")
        held = part._part("row" if self.kind == "row" else "column", True)
        for name in names:
            held._add("choice", name, _CLIP, "NONE")

    def _named(self, told: str, values: list[str], pad: float) -> None:
        """A field with its name beside it, and what it may hold."""
        part = self
        if told and self.use_property_split:
            part = self.split(0.4, align=True)
            part._add("name", told, _CLIP, "NONE")
        elif told:  # none of ours does: names stand above
            part = self.split(1 / 3, align=True)
            part._add("name", told, _CLIP, "NONE")
        held = max(values, key=self.screen.wide, default="")
        part._add("value", held, pad, "NONE")

    def _number(self, told: str, found: bpy.types.Property, value: float) -> None:
        shown = _shown(found, value)
        if told and self.use_property_split:
            split = self.split(0.4, align=True)
            split._add("name", told, _CLIP, "NONE")
            split._add("number", shown, _ENDS, "NONE")
            return
        self._add("number", f"{told}{shown}", _NAMED_ENDS if told else _ENDS, "NONE")

    # --- the layout itself ------------------------------------------------------------------

    def _part(self, kind: str, align: bool, factor: float = 0.0) -> "Layout":
        made = Layout(self.screen, kind, align, factor, self.use_property_split)
        self.parts.append(made)
        return made

    def _add(self, what: str, text: str, pad: float, icon: str, alone: bool = True) -> None:
        with_icon = icon != "NONE"
        weight = 1.0 if not text or not alone else _WIDE
        self.parts.append(_Item(what, text, pad + (_ICON if with_icon else 0.0), weight))

    def _said(self, text: str, translate: bool = True) -> str:
        return self.screen.said(text) if translate and text else text

    @property
    def weight(self) -> float:
        """Units that it asks for beside others."""
        weights = [p.weight for p in self.parts]
        if self.kind == "row":
            return sum(weights)
        return _WIDE if self.kind == "split" else max(weights, default=1.0)

    def texts(self, where: str, screen: Screen, width: float) -> Iterator[Text]:
        """Its texts in so many pixels."""
        for part, share in zip(self.parts, self._shares(width), strict=True):
            yield from part.texts(where, screen, share)

    def _shares(self, width: float) -> list[float]:
        """Pixels of each part."""
        count, space = len(self.parts), 0.0 if self.align else 8.0 * self.screen.scale
        if self.kind == "box":
            return [width - 2 * 5.0 * self.screen.scale] * count
        if self.kind == "list":
            return [width - 10.0 * self.screen.scale - self.factor * self.screen.unit] * count
        if self.kind == "grid":
            columns = max(int(self.factor), 1)
            return [(width - (columns - 1) * space) / columns] * count
        if self.kind == "row":
            return _row(self.parts, width - max(count - 1, 0) * space, self.screen.unit)
        if self.kind == "split" and count > 1:
            free = width - (count - 1) * space
            first = free * (self.factor or 1 / count)
            return [first, *[(free - first) / (count - 1)] * (count - 1)]
        return [width] * count


def _row(parts: list[Any], width: float, unit: float) -> list[float]:
    """Icons keep their unit where there is too little room; the others share what is left."""
    fixed = {i for i, p in enumerate(parts) if p.weight <= 1.0}
    total = sum(p.weight for p in parts)
    if total * unit <= width or len(fixed) == len(parts):
        return [width * p.weight / total for p in parts]
    free = width - sum(parts[i].weight * unit for i in fixed)
    rest = sum(p.weight for i, p in enumerate(parts) if i not in fixed)
    return [p.weight * unit if i in fixed else free * p.weight / rest for i, p in enumerate(parts)]


def _shown(found: bpy.types.Property, value: float) -> str:
    """A number as its field has it."""
    if found.type == "INT":
        return str(value)
    text = f"{value:.{max(min(found.precision, 6), 1)}f}"
    return f"{text} s" if found.unit == "TIME_ABSOLUTE" else text


def drawn(panel: type, screen: Screen) -> list[Text]:
    """The texts that a panel draws now on a screen."""
    layout = Layout(screen)
    own = {n: v for c in reversed(panel.__mro__) if "lsmplify" in c.__module__
           for n, v in vars(c).items() if not n.startswith("__")}  # fmt: skip
    fake = type("Drawn", (), own | {"layout": layout})()
    panel.draw(fake, screen.context())
    unit = screen.unit
    width = screen.width - unit - 2 * (8.0 * screen.scale + 0.4 * unit)
    return list(layout.texts(panel.__name__, screen, width))


def panels() -> list[type]:
    """Those of the tab that are shown now, of the add-on as it is registered."""
    known = [getattr(bpy.types, n) for n in dir(bpy.types) if n.startswith("LSMPLIFY_PT_")]
    return [p for p in known if not hasattr(p, "poll") or p.poll(bpy.context)]
