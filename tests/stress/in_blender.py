# SPDX-License-Identifier: GPL-3.0-or-later
"""One part of the stress inside a Blender (the bpy module): `in_blender.py PART SHARE`.

Prints a line `stress, tries, what, failures …`, parted by tabs.
"""

import gc
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path

import bpy
from conftest import load_extension

ROUNDS = 1000
_GROWTH = 60.0
"""Megabytes that a thousand rounds may add: what Blender itself keeps for each class that it ever
knew included."""


def register(count: int) -> tuple[str, list[str]]:
    """The extension registered and taken back, over and over."""
    extension, failures = load_extension(), list[str]()
    handlers = _handlers()
    for _ in range(3):
        extension.register()
        extension.unregister()
    before = _megabytes()
    for index in range(count):
        extension.register()
        extension.unregister()
        left = [n for n in dir(bpy.types) if "lsmplify" in n.lower()]
        if left or hasattr(bpy.types.Scene, "lsmplify"):
            failures.append(f"round {index}: {left[:3]} stay registered")
            break
    if _handlers() != handlers:
        failures.append(f"handlers stay: {_handlers()}")
    gc.collect()
    grown = _megabytes() - before
    if grown > _GROWTH * max(1.0, count / ROUNDS):
        failures.append(f"memory grew by {grown:.0f} MB")
    return f"memory grew by {grown:.0f} MB", failures


def undo(count: int) -> tuple[str, list[str]]:
    """A solve, then undone and done again; the action is there or not, and the empties stay."""
    extension, failures = load_extension(), list[str]()
    extension.register()
    _take()
    bpy.context.preferences.edit.use_global_undo = True
    bpy.ops.ed.undo_push(message="take")
    empties = len(bpy.data.objects)
    if bpy.ops.lsmplify.solve_and_bake() != {"FINISHED"}:
        return "", ["the solve did not end"]
    bpy.ops.ed.undo_push(message="solve")
    solved = len(bpy.data.objects)
    for index in range(count):
        bpy.ops.ed.undo()
        after = len(bpy.data.objects)
        bpy.ops.ed.redo()
        again = len(bpy.data.objects)
        if (after, again) != (empties, solved):
            failures.append(f"round {index}: {after}, {again} objects, not {empties}, {solved}")
            break
    _poll_all(failures)
    extension.unregister()
    return f"{empties} objects before, {solved} after", failures


def playback(count: int) -> tuple[str, list[str]]:
    """Frames change with handlers of somebody else that look at everything and change the scene's
    frame rate while a solve runs."""
    extension, failures = load_extension(), list[str]()
    extension.register()
    _take()
    seen: list[int] = []

    def looks(scene: bpy.types.Scene, *_: object) -> None:
        seen.append(scene.frame_current)
        for action in bpy.data.actions:
            _ = action.frame_range[:]

    bpy.app.handlers.frame_change_post.append(looks)
    try:
        rounds = max(1, count // 100)
        for _ in range(rounds):
            if bpy.ops.lsmplify.solve_and_bake() != {"FINISHED"}:
                failures.append("a solve did not end")
        for index in range(count):
            bpy.context.scene.frame_set(1 + index % 30)
    finally:
        bpy.app.handlers.frame_change_post.remove(looks)
    if len(seen) < count:
        failures.append(f"the handler was called {len(seen)} times")
    _poll_all(failures)
    extension.unregister()
    return f"{rounds} solves, {len(seen)} calls", failures


def scenes(count: int) -> tuple[str, list[str]]:
    """Scenes made, solved in, and taken away; what one bakes is not in another."""
    extension, failures = load_extension(), list[str]()
    extension.register()
    rounds = max(2, count // 50)
    for index in range(rounds):
        scene = bpy.data.scenes.new(f"Take {index}")
        bpy.context.window.scene = scene
        scene.render.fps = (24, 30, 60)[index % 3]
        others = {s: len(s.objects) for s in bpy.data.scenes if s != scene}
        _take()
        if bpy.ops.lsmplify.solve_and_bake() != {"FINISHED"}:
            failures.append(f"round {index}: the solve did not end")
        if not any(o.type == "ARMATURE" for o in scene.objects):
            failures.append(f"round {index}: the armature is not in its scene")
        if any(len(s.objects) != n for s, n in others.items()):
            failures.append(f"round {index}: another scene has changed")
        if index % 2:
            bpy.data.scenes.remove(scene)
    _poll_all(failures)
    extension.unregister()
    return f"{rounds} scenes", failures


def overrides(count: int) -> tuple[str, list[str]]:
    """Tracks from a linked file, overridden here: they are read, and are left as they are."""
    extension, failures = load_extension(), list[str]()
    extension.register()
    folder = Path(os.environ.get("TMPDIR", "/tmp"))
    library = folder / f"lsmplify-stress-{os.getpid()}.blend"
    _take()
    collection = bpy.data.collections.new("Tracks")
    for empty in list(bpy.context.scene.objects):
        collection.objects.link(empty)
    bpy.context.scene.collection.children.link(collection)
    bpy.ops.wm.save_as_mainfile(filepath=str(library))
    rounds = max(1, count // 200)
    try:
        for index in range(rounds):
            bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
            with bpy.data.libraries.load(str(library), link=True) as (_, wanted):
                wanted.collections = ["Tracks"]
            linked = bpy.data.collections["Tracks"]
            if index % 2:
                bpy.context.scene.collection.children.link(linked)
                own = linked
            else:
                own = linked.override_hierarchy_create(bpy.context.scene, bpy.context.view_layer)
            for item in own.all_objects:
                item.select_set(True)
            before = {o.name: tuple(o.location) for o in own.all_objects}
            if bpy.ops.lsmplify.solve_and_bake() != {"FINISHED"}:
                failures.append(f"round {index}: the solve did not end")
            if {o.name: tuple(o.location) for o in own.all_objects} != before:
                failures.append(f"round {index}: the tracks have changed")
            _poll_all(failures)
    finally:
        library.unlink(missing_ok=True)
    extension.unregister()
    return f"{rounds} files", failures


def _take() -> None:
    from helpers import add_empties, waving

    for item in bpy.context.view_layer.objects:
        item.select_set(False)
    add_empties(waving(15))


def _poll_all(failures: list[str]) -> None:
    """Every panel and operator looks at the scene as it is now."""
    for name in dir(bpy.types):
        if "lsmplify" not in name.lower():
            continue
        kind = getattr(bpy.types, name)
        poll = getattr(kind, "poll", None)
        if poll is None:
            continue
        try:
            poll(bpy.context)
        except Exception as error:
            failures.append(f"{name}.poll: {type(error).__name__}: {error}")


def _handlers() -> dict[str, int]:
    found = {n: getattr(bpy.app.handlers, n) for n in dir(bpy.app.handlers)}
    return {n: len(h) for n, h in found.items() if isinstance(h, list)}


def _megabytes() -> float:
    text = Path("/proc/self/statm").read_text().split()
    return int(text[1]) * resource.getpagesize() / 2**20


PARTS: dict[str, Callable[[int], tuple[str, list[str]]]] = {
    "register": register, "undo": undo, "playback": playback, "scenes": scenes,
    "overrides": overrides,
}  # fmt: skip


def main() -> None:
    """Run one part, say what came of it, and leave before Blender's own clean-up can crash."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    count = max(5, round(ROUNDS * float(sys.argv[2])))
    what, failures = PARTS[sys.argv[1]](count)
    flat = [" ".join(f.split()) for f in failures]
    print("\t".join(["stress", str(count), what, *flat]), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
