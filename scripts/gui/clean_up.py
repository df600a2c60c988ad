# SPDX-License-Identifier: GPL-3.0-or-later
"""The clean-up in a real window: see what is wrong, fix one pose, solve anew from there.

Given to window.sh with the zip and a take; leaves pictures of each step and facts.json:
    scripts/gui/window.sh trixie scripts/gui/clean_up.py build/clean-up build/lsmplify-0.2.0.zip \
        examples/markers_cmu41.trc
"""

import importlib
import json
import subprocess
import time
from random import Random

import bpy
import window
from mathutils import Quaternion

facts: dict[str, object] = {"blender": bpy.app.version_string}
SPOILED = (150, 190)
"""Scene frames at which the arm is swung away."""
WATCHED = 170
PICTURES = (
    ("clean-up-see", ("1-see",), "1156x780+0+27", 1000),
    ("clean-up-resolve", ("1-see", "3-solved-anew"), "866x780+0+27", 597),
    ("clean-up-feet", ("5-feet-before", "6-feet-after"), "870x562+0+27", 597),
    ("clean-up-keys", ("7-every-frame", "8-few-keys"), "646x205+222+595", 597),
)
"""Pictures of the page: name, what they are made of, which part of it, pixels of width of each."""
ARM = 'pose.bones["L_Shoulder"].rotation_quaternion'


def act() -> window.Acts:
    """What an artist does about a take with a wrong arm."""
    window.install()
    yield from window.show_sidebar()
    armature = yield from solved()
    for step in (see, correct, undo_and_redo, smooth, feet, few_keys):
        window.say(step.__name__)
        yield from step(armature)
    for name, sources, crop, width in PICTURES:
        side_by_side(name, sources, crop, width)
    (window.STAGE / "facts.json").write_text(json.dumps(facts, indent=2), encoding="utf-8")


def side_by_side(name: str, sources: tuple[str, ...], crop: str, width: int) -> None:
    """Parts of pictures beside each other, in few colours, small enough for a page."""
    words = ["convert"]
    for number, source in enumerate(sources):
        edge = ["-background", "white", "-gravity", "west", "-splice", "6x0"] if number else []
        path = str(window.STAGE / f"{source}.png")
        part = [path, "-gravity", "northwest", "-crop", crop, "+repage", "-resize", str(width)]
        words += ["(", *part, *edge, ")"]
    path = str(window.STAGE / f"{name}.png")
    words += ["+append", "+dither", "-colors", "200", "-strip", f"PNG8:{path}"]
    subprocess.run(words, check=True)


def solved() -> window.Acts:
    """Import and solve; then an arm goes wrong."""
    scene = bpy.context.scene
    scene.render.fps = 30
    take = next(p for p in window.STAGE.iterdir() if p.suffix in (".c3d", ".trc"))
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
    actions = importlib.import_module(f"{window.MODULE}.addon.bake.actions")
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
    scene.lsmplify.stage, scene.lsmplify.review_page = "REVIEW", "SPANS"
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
    show_curves(armature, '["track_error_mm')
    yield from fitted_view(low)


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


def smooth(_armature: bpy.types.Object) -> window.Acts:
    """A slider of the action that is shown, dragged."""
    scene = bpy.context.scene
    scene.lsmplify.stage, scene.lsmplify.clean_up_page = "CLEAN_UP", "SMOOTH"
    with window.in_view():
        bpy.ops.lsmplify.smooth(left_arm=0.05)
    found = body()
    step = found.animation_data.action.lsmplify_step
    began = time.perf_counter()
    for strength in (0.1, 0.15, 0.2):
        step.smooth.left_arm = strength
    facts["drag_seconds"] = round((time.perf_counter() - began) / 3, 3)
    yield from window.picture("4-smooth")
    step.smooth.left_arm = 0.03


def feet(_armature: bpy.types.Object) -> window.Acts:
    """A tread that trembles, before and after it is held: the left toe's path; contacts on the
    timeline."""
    armature, scene = body(), bpy.context.scene
    scene.lsmplify.clean_up_page = "FEET"
    tremble(armature)
    low = next(a for a in screen().areas if a.type == "GRAPH_EDITOR")
    low.type = "DOPESHEET_EDITOR"
    low.ui_type = "TIMELINE"
    scene.frame_set(WATCHED)
    yield from toes(armature, "5-feet-before")
    with window.in_view():
        bpy.ops.lsmplify.find_contacts()
        bpy.ops.lsmplify.lock_feet()
    facts["markers"] = sorted({m.name for m in scene.timeline_markers})
    facts["feet"] = armature.animation_data.action.lsmplify_step.changes
    yield from toes(armature, "6-feet-after")


def tremble(armature: bpy.types.Object) -> None:
    """Noise on the pelvis's place, as a poor solve has it: the feet slide."""
    actions = importlib.import_module(f"{window.MODULE}.addon.bake.actions")
    random = Random(1)
    for curve in actions.curves_of(armature):
        if curve.data_path.endswith("location"):
            for key in curve.keyframe_points:
                key.co[1] += random.gauss(0.0, 0.012)
            curve.update()


def toes(armature: bpy.types.Object, name: str) -> window.Acts:
    """The left foot from near, with the path that its end takes around this frame."""
    scene = bpy.context.scene
    with window.in_view():
        bpy.ops.object.mode_set(mode="POSE")
        bpy.ops.pose.select_all(action="DESELECT")
        bone = armature.data.bones["L_Foot"]
        chosen = armature.pose.bones["L_Foot"] if bpy.app.version >= (5, 0, 0) else bone
        chosen.select = True
        armature.data.bones.active = bone
        scene.frame_start, scene.frame_end = WATCHED - 60, WATCHED + 10
        shown = armature.pose.animation_visualization.motion_path
        shown.show_keyframe_numbers = shown.show_keyframe_highlight = False
        bpy.ops.pose.paths_calculate(range="SCENE", bake_location="TAILS")
    place = armature.matrix_world @ armature.pose.bones["L_Foot"].tail
    window.look_at((place.x, place.y - 0.03, place.z + 0.03), 0.3, 120.0, 60.0)
    yield from window.picture(name)
    with window.in_view():
        bpy.ops.object.mode_set(mode="POSE")
        bpy.ops.pose.paths_clear()
        bpy.ops.object.mode_set(mode="OBJECT")
    scene.frame_start, scene.frame_end = 1, 241


def few_keys(_armature: bpy.types.Object) -> window.Acts:
    """The left knee's curves: a key on every frame, and as few as 2 mm and half a degree ask
    for."""
    armature = body()
    low = max((a for a in screen().areas if a.ui_type == "TIMELINE"), key=lambda a: a.y)
    low.type = "GRAPH_EDITOR"
    low.spaces.active.dopesheet.show_only_selected = False
    bpy.context.scene.lsmplify.clean_up_page = "KEYS"
    around(armature)
    show_curves(armature, 'pose.bones["L_Knee"]')
    yield from fitted_view(low)
    yield from window.picture("7-every-frame")
    with window.in_view():
        bpy.ops.lsmplify.reduce_keys(mode="FEWEST", most_mm=2.0, most_degrees=0.5)
    show_curves(armature, 'pose.bones["L_Knee"]')
    yield from fitted_view(low)
    yield from window.picture("8-few-keys")
    actions = importlib.import_module(f"{window.MODULE}.addon.bake.actions")
    curves = [c for c in actions.curves_of(armature) if c.data_path.startswith("pose.")]
    facts["keys"] = sum(len(c.keyframe_points) for c in curves)


def body() -> bpy.types.Object:
    """The armature, which undo may have made anew."""
    return next(o for o in bpy.data.objects if o.type == "ARMATURE")


def screen() -> bpy.types.Screen:
    """The window's screen."""
    return bpy.context.window_manager.windows[0].screen


def show_curves(armature: bpy.types.Object, path: str) -> None:
    """These curves alone in the Graph Editor, with their keys."""
    actions = importlib.import_module(f"{window.MODULE}.addon.bake.actions")
    for curve in actions.curves_of(armature):
        curve.hide = not curve.data_path.startswith(path)
        curve.select = not curve.hide
        curve.keyframe_points.foreach_set(
            "select_control_point", [False] * len(curve.keyframe_points)
        )


def fitted_view(area: bpy.types.Area) -> window.Acts:
    """All that an editor of curves shows, in its view."""
    yield 0.5
    region = next(r for r in area.regions if r.type == "WINDOW")
    opened = bpy.context.window_manager.windows[0]
    with bpy.context.temp_override(window=opened, area=area, region=region):
        bpy.ops.graph.view_all()
    yield 0.5


def around(armature: bpy.types.Object) -> None:
    """Look at the body from its left front."""
    place = armature.matrix_world @ armature.pose.bones["Spine1"].head
    window.look_at((place.x, place.y, place.z), 3.4, 150.0, 80.0)


window.run(act)
