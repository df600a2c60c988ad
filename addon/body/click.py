# SPDX-License-Identifier: GPL-3.0-or-later
"""A click on a mannequin selects its armature: nobody wants to move the skin alone."""

import bpy

FIGURE = "lsmplify_figure"
"""Custom property of the meshes that hang on an armature of ours."""

_owner = object()


def register() -> None:
    """Listen to what becomes active, now and after a file is opened."""
    _listen()
    bpy.app.handlers.load_post.append(_again)


def unregister() -> None:
    """Stop listening."""
    bpy.msgbus.clear_by_owner(_owner)
    if _again in bpy.app.handlers.load_post:
        bpy.app.handlers.load_post.remove(_again)


def _listen() -> None:
    bpy.msgbus.clear_by_owner(_owner)
    key = (bpy.types.LayerObjects, "active")
    bpy.msgbus.subscribe_rna(key=key, owner=_owner, args=(), notify=to_armature)


@bpy.app.handlers.persistent
def _again(*_: object) -> None:
    _listen()


def to_armature() -> None:
    """Where a mannequin is active and selected, its armature is instead."""
    objects = bpy.context.view_layer.objects
    figure = objects.active
    if figure is None or FIGURE not in figure or figure.mode != "OBJECT":
        return
    armature = figure.parent
    if armature is None or armature.type != "ARMATURE" or armature.name not in objects:
        return
    figure.select_set(False)
    armature.select_set(True)
    objects.active = armature
