# SPDX-License-Identifier: GPL-3.0-or-later
"""Tooltips: everything that can be pressed or set says what it does, as Blender's own do."""

import inspect
from collections.abc import Iterator

import bpy
import pytest

LEAST_WORDS = 3
"""Fewer say no more than the name does."""


def ours() -> tuple[type, ...]:
    from lsmplify_extension.addon import registration

    return registration._CLASSES


def operators() -> Iterator[tuple[str, str]]:
    """Each operator's name and description, as its tooltip has it."""
    for cls in ours():
        if issubclass(cls, bpy.types.Operator):
            called = getattr(bpy.ops.lsmplify, cls.bl_idname.partition(".")[2])
            yield cls.bl_idname, called.get_rna_type().description


def properties() -> Iterator[tuple[str, bpy.types.Property]]:
    """Each property that a class of ours brings, with where it is."""
    for cls in ours():
        rna = cls.bl_rna
        if issubclass(cls, bpy.types.Operator):
            rna = getattr(bpy.ops.lsmplify, cls.bl_idname.partition(".")[2]).get_rna_type()
        for name in sorted(annotated(cls) & set(rna.properties.keys())):
            yield f"{cls.__name__}.{name}", rna.properties[name]


def annotated(cls: type) -> set[str]:
    """Names of the properties that our own classes declare; what Blender's bring is Blender's."""
    own = [c for c in cls.__mro__ if "lsmplify" in c.__module__]
    names = {n for c in own for n in inspect.get_annotations(c)}
    return {n for n in names if not n.startswith(("bl_", "_"))}


def trouble(text: str) -> str:
    """What is wrong with a description, or nothing."""
    if len(text.split()) < LEAST_WORDS:
        return "says too little"
    if text.rstrip().endswith("."):
        return "ends with a full stop"
    if "\n" in text or "  " in text:
        return "is broken into lines"
    return "" if text[0].isupper() or text[0].isdigit() else "begins in lower case"


def test_every_operator_says_what_it_does(extension) -> None:
    wrong = [f"{name}: {t}" for name, text in operators() if (t := trouble(text))]
    assert not wrong, "\n".join(wrong)


def test_every_property_says_what_it_is_for(extension) -> None:
    found = list(properties())
    assert len(found) > 100
    wrong = [f"{name}: {t}" for name, p in found if (t := trouble(p.description))]
    assert not wrong, "\n".join(wrong)


def test_every_choice_says_what_it_means(extension) -> None:
    wrong = [
        f"{name} {item.identifier}"
        for name, p in properties()
        if p.type == "ENUM"
        for item in p.enum_items
        if len(item.description.split()) < 2 or item.description.endswith(".")
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("text", ["", "Too short", "It ends so badly.", "Two lines\n of it"])
def test_what_is_wrong_is_seen(text) -> None:
    assert trouble(text)
