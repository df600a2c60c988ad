# SPDX-License-Identifier: GPL-3.0-or-later
"""What an artist does in their first minutes, in a real window, with a picture of each step.

Given to window.sh with the zip and a take; leaves pictures and facts.json, which tests/gui looks
at.
"""

import json
import time

import bpy
import window

TAKE = "markers_cmu41.trc"
SAVED = window.STAGE / "saved.blend"
MOMENTS = (0.17, 0.44, 0.68)
"""Shares of the take that the pictures of the result show."""

facts: dict[str, object] = {"blender": bpy.app.version_string}


def act() -> window.Acts:
    """Install, import, stop once, solve, look, clean up, save, reopen."""
    yield from install()
    yield from import_take()
    yield from stop_half_way()
    yield from solve()
    yield from look()
    yield from clean_up()
    yield from save_and_reopen()
    (window.STAGE / "facts.json").write_text(json.dumps(facts, indent=2), encoding="utf-8")


def install() -> window.Acts:
    """The zip from disk, and its tab; the note for beginners is read and put away."""
    window.view()["area"].spaces.active.show_region_ui = True
    window.look_at()
    yield from window.picture("0-without")
    began = time.perf_counter()
    window.install()
    facts["install_seconds"] = round(time.perf_counter() - began, 2)
    yield from window.show_sidebar()
    facts["sidebar"] = rectangle(window.sidebar())
    facts["viewport"] = rectangle(window.view()["region"])
    yield from window.picture("1-installed")
    facts["note_shown"] = bpy.types.LSMPLIFY_PT_first_steps.poll(bpy.context)
    with window.in_view():
        bpy.ops.lsmplify.hide_first_steps()
    facts["note_hidden"] = not bpy.types.LSMPLIFY_PT_first_steps.poll(bpy.context)


def import_take() -> window.Acts:
    """The file becomes empties."""
    with window.in_view():
        bpy.ops.lsmplify.import_tracks(filepath=str(window.STAGE / TAKE))
        bpy.ops.lsmplify.find_layout()
    facts["imported"] = len(bpy.context.scene.lsmplify.collection.objects)
    yield from window.picture("2-imported")


def stop_half_way() -> window.Acts:
    """Press the button, then Esc on the keyboard."""
    before = content()
    settings = press_solve()
    while 0.0 <= settings.progress < 0.35:
        yield 0.05
    facts["progress_at_esc"] = round(settings.progress, 3)
    yield from window.picture("3-solving")
    window.press("Escape")
    for _ in range(100):
        if settings.progress < 0.0:
            break
        yield 0.05
    facts["stopped"] = settings.progress < 0.0 and not settings.result.done
    facts["scene_as_before"] = content() == before
    yield from window.picture("4-stopped")


def solve() -> window.Acts:
    """Once more, to the end."""
    began, seen = time.perf_counter(), []
    settings = press_solve()
    while settings.progress >= 0.0:
        if settings.progress_text not in seen:
            seen.append(settings.progress_text)
        yield 0.05
    facts["solve_seconds"] = round(time.perf_counter() - began, 2)
    facts["steps"] = seen
    facts["mean_mm"] = round(settings.result.mean_mm, 2)
    if not settings.result.done:
        raise RuntimeError("the solve ended without a result")


def look() -> window.Acts:
    """The body at some moments, and at the worst."""
    scene = bpy.context.scene
    for number, share in enumerate(MOMENTS, start=5):
        scene.frame_set(round(scene.frame_start + share * (scene.frame_end - scene.frame_start)))
        yield from window.picture(f"{number}-solved")
    scene.frame_set(scene.frame_start)
    with window.in_view():
        bpy.ops.lsmplify.jump_to_worst()
    facts["worst_frame"] = [scene.frame_current, scene.lsmplify.result.worst_frame]
    yield from window.picture("8-worst")


def clean_up() -> window.Acts:
    """Feet held and arms smoothed, each a new action; the one before is a press away."""
    armature = bpy.data.objects[bpy.context.scene.lsmplify.result.armature]
    bpy.context.view_layer.objects.active = armature
    shown = [armature.animation_data.action.name]
    with window.in_view():
        bpy.ops.lsmplify.find_contacts("INVOKE_DEFAULT")
        bpy.ops.lsmplify.lock_feet("INVOKE_DEFAULT")
        shown.append(armature.animation_data.action.name)
        bpy.ops.lsmplify.smooth("INVOKE_DEFAULT", left_arm=0.05, right_arm=0.05)
        shown.append(armature.animation_data.action.name)
        bpy.ops.lsmplify.switch_action()
    facts["shown"] = [*shown, armature.animation_data.action.name]
    facts["foot_marks"] = len(bpy.context.scene.timeline_markers)
    yield from window.picture("9-cleaned")


def save_and_reopen() -> window.Acts:
    """The file keeps settings, keys and result."""
    before = content()
    bpy.ops.wm.save_as_mainfile(filepath=str(SAVED))
    bpy.ops.wm.read_homefile(use_empty=True)
    yield window.DRAWN
    bpy.ops.wm.open_mainfile(filepath=str(SAVED))
    yield window.DRAWN
    facts["file_as_before"] = content() == before
    facts["result_kept"] = bpy.context.scene.lsmplify.result.done
    yield from window.show_sidebar()
    yield from window.picture("10-reopened")


def press_solve() -> bpy.types.PropertyGroup:
    """Solve and Bake as its button does it; returns the settings, which tell how far it is."""
    with window.in_view():
        window.say(f"pressed: {bpy.ops.lsmplify.solve_and_bake('INVOKE_DEFAULT')}")
    return bpy.context.scene.lsmplify


def content() -> dict[str, object]:
    """What is in the file, to be compared with what is in it later."""
    objects = {
        o.name: [round(x, 4) for row in o.matrix_world for x in row] for o in bpy.data.objects
    }
    names = [sorted(x.name for x in b) for b in (bpy.data.actions, bpy.data.meshes)]
    return {"objects": objects, "names": names, "frame": bpy.context.scene.frame_current}


def rectangle(region: bpy.types.Region) -> list[int]:
    """Left, top, right, bottom of a region in the pictures, pixels from the upper left corner."""
    height = bpy.context.window_manager.windows[0].height
    top = height - region.y - region.height
    return [region.x, top, region.x + region.width, top + region.height]


window.run(act)
