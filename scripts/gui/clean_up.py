# SPDX-License-Identifier: GPL-3.0-or-later
"""The clean-up in a real window: see what is wrong, fix one pose, solve anew from there.

Given to window.sh with the zip and a take; leaves pictures of each step and facts.json:
    scripts/gui/window.sh trixie scripts/gui/clean_up.py build/clean-up build/lsmplify-0.1.0.zip take.c3d
"""

import importlib
import json
import time

import bpy
import window
from mathutils import Quaternion

facts: dict[str, object] = {"blender": bpy.app.version_string}
SPOILED = (150, 190)
"""Scene frames at which the arm is swung away."""
WATCHED = 170
ARM = 'pose.bones["L_Shoulder"].rotation_quaternion'


def act() -> window.Acts:
    """What an artist does about a take with a wrong arm."""
    window.empty_scene()
    window.install()
    yield from window.show_sidebar()
    armature = yield from solved()
    for step in (see, correct, undo_and_redo, feet, smooth):
        window.say(step.__name__)
        yield from step(armature)
    (window.STAGE / "facts.json").write_text(json.dumps(facts, indent=2), encoding="utf-8")


def solved() -> window.Acts:
    """Import and solve; then an arm goes wrong."""
    scene = bpy.context.scene
    scene.render.fps = 30
    take = next(window.STAGE.glob("*.c3d"))
    with window.in_view():
        bpy.ops.lsmplify.import_tracks(filepath=str(take))
        bpy.ops.lsmplify.solve_and_bake("EXEC_DEFAULT")
    armature = next(o for o in bpy.data.objects if o.type == "ARMATURE")
    yield 0.5
    for item in scene.lsmplify.collection.objects:
        item.hide_set(True)
    bpy.context.view_layer.objects.active = armature
    armature.select_set(True)
    swing_away(armature)
    scene.frame_set(WATCHED)
    around(armature)
    return armature


def swing_away(armature: bpy.types.Object) -> None:
    """Keys of a shoulder turned by 70 degrees over some frames, as a bad hand would."""
    actions = importlib.import_module(f"{window.MODULE}.addon.actions")
    curves = {c.array_index: c for c in actions.curves_of(armature) if c.data_path == ARM}
    away = Quaternion((0.3, 1.0, 0.4), 1.2)
    for index in range(len(curves[0].keyframe_points)):
        keys = [curves[i].keyframe_points[index] for i in range(4)]
        if SPOILED[0] <= keys[0].co[0] <= SPOILED[1]:
            turned = Quaternion([k.co[1] for k in keys]) @ away
            for key, value in zip(keys, turned, strict=True):
                key.co[1] = value
    for curve in curves.values():
        curve.update()


def see(armature: bpy.types.Object) -> window.Acts:
    """Lines, list, curves."""
    scene = bpy.context.scene
    scene.lsmplify.seeing.show = True
    with window.in_view():
        bpy.ops.lsmplify.measure()
    scene.frame_set(WATCHED)
    rig = armature.lsmplify_rig
    facts["worst"] = [rig.spans[0].region, rig.spans[0].what, rig.spans[0].figure]
    yield from show_error_curve(armature)
    yield from window.picture("1-see")


def show_error_curve(armature: bpy.types.Object) -> window.Acts:
    """The Graph Editor under the viewport, with the error curves alone."""
    with window.in_view():
        bpy.ops.screen.area_split(direction="HORIZONTAL", factor=0.28)
    areas = [a for a in bpy.context.window_manager.windows[0].screen.areas if a.type == "VIEW_3D"]
    low = min(areas, key=lambda a: a.y)
    low.type = "GRAPH_EDITOR"
    low.spaces.active.dopesheet.show_only_selected = False
    low.spaces.active.dopesheet.filter_fcurve_name = ""
    actions = importlib.import_module(f"{window.MODULE}.addon.actions")
    for curve in actions.curves_of(armature):
        curve.hide = not curve.data_path.startswith(
            ('["track_error_mm"]', '["track_error_mm left arm"]')
        )
        curve.select = not curve.hide
    yield 0.5
    region = next(r for r in low.regions if r.type == "WINDOW")
    with bpy.context.temp_override(
        window=bpy.context.window_manager.windows[0], area=low, region=region
    ):
        bpy.ops.graph.view_all()
    yield 0.5


def correct(armature: bpy.types.Object) -> window.Acts:
    """The arm is put where it belongs by hand, marked, and the range solved anew."""
    scene = bpy.context.scene
    bone = armature.pose.bones["L_Shoulder"]
    bone.rotation_quaternion = (
        bone.rotation_quaternion @ Quaternion((0.3, 1.0, 0.4), 1.2).inverted()
    )
    yield from window.picture("2-posed-by-hand")
    with window.in_view():
        bpy.ops.lsmplify.mark_pose_key()
        bpy.ops.ed.undo_push(message="Pose")
    settings = scene.lsmplify.cleanup.resolve
    settings.frame_start, settings.frame_end = SPOILED[0] - 3, SPOILED[1] + 3
    began = time.perf_counter()
    with window.in_view():
        facts["pressed"] = list(bpy.ops.lsmplify.resolve_range("INVOKE_DEFAULT"))
    while scene.lsmplify.progress >= 0.0:
        yield 0.05
    facts["resolve_seconds"] = round(time.perf_counter() - began, 2)
    facts["action"] = armature.animation_data.action.name
    scene.frame_set(WATCHED)
    yield from window.picture("3-solved-anew")
    facts["arm_error_mm"] = round(armature["track_error_mm left arm"], 2)


def undo_and_redo(armature: bpy.types.Object) -> window.Acts:
    """One step back on the keyboard, and forth again."""
    name = armature.name
    window.press("ctrl+z")
    yield 1.5
    facts["after_undo"] = bpy.data.objects[name].animation_data.action.name
    window.press("ctrl+shift+z")
    yield 1.5
    facts["after_redo"] = bpy.data.objects[name].animation_data.action.name


def feet(_armature: bpy.types.Object) -> window.Acts:
    """Contacts on the timeline."""
    with window.in_view():
        bpy.ops.lsmplify.find_contacts(speed=0.15)
        bpy.ops.lsmplify.lock_feet()
    facts["markers"] = sorted({m.name for m in bpy.context.scene.timeline_markers})
    bpy.context.scene.frame_set(WATCHED)
    yield from window.picture("4-feet")


def smooth(_armature: bpy.types.Object) -> window.Acts:
    """A slider of the action that is shown, dragged."""
    with window.in_view():
        bpy.ops.lsmplify.smooth(left_arm=0.05)
    found = next(o for o in bpy.data.objects if o.type == "ARMATURE")
    step = found.animation_data.action.lsmplify_step
    began = time.perf_counter()
    for strength in (0.1, 0.15, 0.2):
        step.smooth.left_arm = strength
    facts["drag_seconds"] = round((time.perf_counter() - began) / 3, 3)
    yield from window.picture("5-smooth")


def around(armature: bpy.types.Object) -> None:
    """Look at the body from its left front."""
    place = armature.matrix_world @ armature.pose.bones["Spine1"].head
    window.look_at((place.x, place.y, place.z), 3.4, 150.0, 80.0)


window.run(act)
