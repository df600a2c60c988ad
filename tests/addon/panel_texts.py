# SPDX-License-Identifier: GPL-3.0-or-later
"""Every English text that the sidebar, its buttons and their tooltips can show."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import bpy

_BLENDERS_NAME = "Unique name used in the code and scripting"
"""How Blender begins what it says of every group's own name."""

_DRAWING = ("label", "operator", "operator_menu_enum", "prop", "prop_search")
"""Calls of a layout that take a text."""
NEXT = ("Worst Span", "Next Span", "Clean Up")
"""What the button that comes next is called where it is not called as its operator."""
ADDON = Path(__file__).resolve().parents[2] / "addon"


def panel_texts() -> set[str]:
    """All of them."""
    return {t for t in (*of_classes(), *of_code(), *of_tables()) if any(c.isalpha() for c in t)}


def of_classes() -> Iterator[str]:
    """Labels, tooltips and choices of operators, panels and properties that have a name."""
    from lsmplify_extension.addon import registration

    for cls in registration._CLASSES:
        rna = cls.bl_rna
        if issubclass(cls, bpy.types.Operator):
            rna = getattr(bpy.ops.lsmplify, cls.bl_idname.partition(".")[2]).get_rna_type()
            yield from (cls.bl_label, rna.description)
        elif issubclass(cls, bpy.types.Panel):
            yield cls.bl_label
        own = {
            n for c in cls.__mro__ if "lsmplify" in c.__module__ for n in inspect.get_annotations(c)
        }
        for name in own & set(rna.properties.keys()):
            if not (
                name.startswith("bl_")
                or rna.properties[name].description.startswith(_BLENDERS_NAME)
            ):
                yield from of_property(rna.properties[name])


def of_property(found: bpy.types.Property) -> Iterator[str]:
    """Name, tooltip and choices; nothing of those that are hidden or that no panel names. Choices
    that are names of things (layouts, units, axes) stay as they are."""
    if found.is_hidden or found.name == found.identifier:
        return
    yield from (found.name, found.description)
    for item in found.enum_items if found.type == "ENUM" else ():
        if not item.description.endswith((f" {item.name}", " points up")):
            yield from (item.name, item.description)


def of_code() -> Iterator[str]:
    """What panels say by `text=`, `said(…)`, `poll_message_set(…)` and `allowed(…)`."""
    for path in sorted(ADDON.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield from said_by(node)
            elif isinstance(node, ast.FunctionDef) and node.name == "lacking" and node.args.args:
                yield from lacked(node)


def lacked(function: ast.FunctionDef) -> Iterator[str]:
    """What an operator's `lacking` gives as the reason of a grey button."""
    if function.args.args[0].arg == "cls":
        for node in ast.walk(function):
            if isinstance(node, ast.Return) and node.value is not None:
                yield from constants(node.value)


def said_by(call: ast.Call) -> Iterator[str]:
    """The constant texts of one call."""
    named = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if named in ("said", "poll_message_set") and call.args:
        yield from constants(call.args[0])
    if named == "allowed":
        yield from constants(call.args[1])
    finished = any(w.arg == "translate" and w.value.value is False for w in call.keywords)
    for word in () if finished else call.keywords:
        if word.arg == "text" and named in _DRAWING:
            yield from constants(word.value)


def constants(node: ast.expr) -> Iterator[str]:
    """A text, or both of `a if b else c`. An f-string cannot be translated and shows as {…}."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*constants(node.body), *constants(node.orelse))
    elif isinstance(node, ast.JoinedStr):
        yield f"f-string: {ast.unparse(node)}"


def of_tables() -> Iterator[str]:
    """Texts that code picks from a table or returns."""
    from lsmplify_extension.addon.body import model_file
    from lsmplify_extension.addon.common import progress as running
    from lsmplify_extension.addon.first_steps.panel import STEPS
    from lsmplify_extension.addon.mapping.panel import COUNTS
    from lsmplify_extension.addon.presets import operators as preset_operators
    from lsmplify_extension.addon.review import verdict
    from lsmplify_extension.addon.review.panel import CHARACTER, REGIONS
    from lsmplify_extension.addon.solve import methods
    from lsmplify_extension.addon.solve import operators as solve_operator
    from lsmplify_extension.addon.stages import next_step
    from lsmplify_extension.addon.takes.properties import KINDS
    from lsmplify_extension.addon.tracks import choice
    from lsmplify_extension.addon.translations.sentences import TEMPLATES, WORDS
    from lsmplify_extension.lsmplify_core.cleanup import worst_intervals as spans
    from lsmplify_extension.lsmplify_core.repair.records import KINDS as REPAIRS
    from lsmplify_extension.lsmplify_core.verdict.limits import TEXTS

    yield from (kind.title() for kind in REPAIRS)
    yield from (
        *STEPS,
        *COUNTS.values(),
        *KINDS.values(),
        *running._STEP_NAMES.values(),
        *spans._LEAST,
    )
    yield from (text for text, _ in verdict.GRADES.values())
    yield from TEXTS.values()
    yield from (*TEMPLATES, *WORDS, *CHARACTER)
    yield from (f"{side} {way}" for side in "LR" for way in ("Down", "Up"))
    yield from returned(running.running)
    yield from returned(solve_operator.missing)
    yield from returned(choice.missing_tracks)
    yield from returned(methods.trouble)
    yield from REGIONS.values()
    yield from NEXT
    assert all(f'"{text}"' in inspect.getsource(next_step) for text in NEXT)
    yield from (t for t in returned(model_file.told) if t not in ("INFO", "ERROR", "CHECKMARK"))
    yield "No presets yet"
    assert '"No presets yet"' in inspect.getsource(preset_operators)


def returned(function: object) -> Iterator[str]:
    """The constant texts that a function returns, in tuples too."""
    for node in ast.walk(ast.parse(inspect.getsource(function))):
        if isinstance(node, ast.Return) and node.value is not None:
            parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            for part in parts:
                if not isinstance(part, ast.JoinedStr):
                    yield from constants(part)
