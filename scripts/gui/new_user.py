# SPDX-License-Identifier: GPL-3.0-or-later
"""A new user's whole way in the untouched default scene, by real clicks on the sidebar: import,
solve, review, correct, smooth, feet, keys, export. Nothing is scrolled.

Given to window.sh with the zip; leaves a picture of each stage and facts.json with clicks and
    seconds: scripts/gui/window.sh trixie scripts/gui/new_user.py build/new-user
    build/lsmplify-0.2.0.zip
Two things are not clicked: the file dialogs (the path is given, a click is counted), and the arm
that is turned by hand in Pose Mode.
"""

import importlib
import json
import subprocess
import time
from collections.abc import Callable

import bpy
import window
from mathutils import Quaternion

facts: dict[str, object] = {"blender": bpy.app.version_string}
clicks: list[str] = []
DRAWN = 1.5
"""Seconds after a click: the next one must meet what this one has drawn, on a busy machine too."""
STEPS = (
    "1-imported", "2-solved", "3-reviewed", "4-posing",
    "4-corrected", "5-feet", "6-smooth", "8-exported",
)  # fmt: skip
"""Pictures of the strip."""
ROWS = {
    "stages": 15,
    "stages below": 36,
    "status": 58,
    "next": 106,
    "pages": 133,
    "pages below": 154,
    "pages last": 176,
}
"""Middles of the head's rows in units at scale 1, from the sidebar's upper edge."""


def act() -> window.Acts:
    """Every stage, timed."""
    window.install()
    yield from window.show_sidebar()
    yield from window.picture("0-default-scene")
    facts["solve offered for the cube"] = bpy.ops.lsmplify.solve_and_bake.poll()
    stages = (imported, solved, reviewed, corrected, feet, smooth, keys, exported)
    for number, stage in enumerate(stages, start=1):
        clicks.clear()
        began = time.perf_counter()
        yield from stage()
        seconds = round(time.perf_counter() - began, 1)
        facts[stage.__name__] = {"clicks": len(clicks), "seconds": seconds, "what": list(clicks)}
        yield from window.picture(f"{number}-{stage.__name__}")
        window.say(f"{stage.__name__}: {facts[stage.__name__]}")
    yield from clicked_mannequin()
    strip()
    (window.STAGE / "facts.json").write_text(json.dumps(facts, indent=2), encoding="utf-8")


def strip() -> None:
    """The first minutes in one picture: eight steps in two rows."""
    rows = []
    for names in (STEPS[:4], STEPS[4:]):
        rows += ["("]
        for name in names:
            part = ["-crop", "790x590+330+80", "+repage", "-resize", "490"]
            edge = ["-bordercolor", "white", "-border", "3"]
            rows += ["(", str(window.STAGE / f"{name}.png"), *part, *edge, ")"]
        rows += ["+append", ")"]
    path = str(window.STAGE / "first-minutes.png")
    few = ["-append", "+dither", "-colors", "220", "-strip", f"PNG8:{path}"]
    subprocess.run(["convert", *rows, *few], check=True)


def press(row: str, share: float = 0.5) -> window.Acts:
    """A real click in a row of the sidebar's head, at a share of its width."""
    region = window.sidebar()
    top = bpy.context.window_manager.windows[0].height - region.y - region.height
    tabs = 24 * bpy.context.preferences.view.ui_scale
    x = round(region.x + 10 + share * (region.width - 20 - tabs))
    y = round(top + ROWS[row] * bpy.context.preferences.view.ui_scale)
    clicks.append(f"{row} {share:.2f}")
    window.hover(x, y)
    yield 0.5
    window.click(x, y)
    yield DRAWN


def until(done: Callable[[], bool], seconds: float = 400.0) -> window.Acts:
    """Wait for something; an error where it does not come."""
    began = time.perf_counter()
    while not done():
        if time.perf_counter() - began > seconds:
            raise RuntimeError(f"nothing happened after {clicks}")
        yield 0.05


def settings() -> bpy.types.PropertyGroup:
    """The scene's settings."""
    return bpy.context.scene.lsmplify


def body() -> bpy.types.Object:
    """The armature of the last solve."""
    return bpy.data.objects[settings().result.armature]


def shown() -> str:
    """Name of the action that it shows."""
    return body().animation_data.action.name


def imported() -> window.Acts:
    """Load Example stands for a file dialog: the operator is called as the dialog would."""
    clicks.append("next (dialog)")
    clicks.append("file (dialog)")
    with window.in_view():
        bpy.ops.lsmplify.load_example()
    yield from until(lambda: settings().collection is not None)
    with window.in_view():
        bpy.ops.lsmplify.hide_first_steps()


def solved() -> window.Acts:
    """The next button; the take is then framed and played."""
    yield from press("next")
    yield from until(lambda: settings().progress >= 0.0 or settings().result.done)
    yield from until(lambda: settings().result.done)
    yield 0.6
    facts["stage after the solve"] = settings().stage
    facts["active"] = bpy.context.view_layer.objects.active.name
    facts["range"] = [bpy.context.scene.frame_start, bpy.context.scene.frame_end]
    facts["cube hidden"] = bpy.data.objects["Cube"].hide_get()


def reviewed() -> window.Acts:
    """An arm has gone wrong: measured, and the worst span shown."""
    spoil()
    yield from press("next")
    yield from until(lambda: body().lsmplify_rig.looked)
    facts["span"] = [body().lsmplify_rig.spans[0].region, body().lsmplify_rig.spans[0].figure]


def corrected() -> window.Acts:
    """Pose This in the first line, the arm turned by hand, Set Key and Re-solve."""
    with window.in_view():
        clicks.append("Pose This")
        bpy.ops.lsmplify.pose_this(index=0)
    yield 0.6
    facts["mode"] = body().mode
    before = shown()
    bone = body().pose.bones["L_Shoulder"]
    bone.rotation_quaternion = bone.rotation_quaternion @ AWAY.inverted()
    clicks.append("arm by hand")
    yield from window.picture("4-posing")
    yield from press("next")
    yield from until(lambda: shown() != before and settings().progress < 0.0)
    yield 0.6
    facts["mode after"] = [body().mode, body().show_in_front]


def feet() -> window.Acts:
    """From Review to the feet."""
    yield from step_of("Feet", 0.17, "pages", to_stage=True)


def smooth() -> window.Acts:
    """The left arm by 0.05 s."""
    settings().cleanup.smooth.left_arm = 0.05
    yield from step_of("Smooth", 0.5, "pages")


def keys() -> window.Acts:
    """As few as fit."""
    yield from step_of("Keys", 0.17, "pages below")


def step_of(name: str, share: float, row: str, to_stage: bool = False) -> window.Acts:
    """Its page, and the button above."""
    before = shown()
    if to_stage:
        yield from press("stages below", 0.5)
    yield from press(row, share)
    yield from press("next")
    yield from until(lambda: shown() != before)
    facts[f"action after {name}"] = shown()


def exported() -> window.Acts:
    """An FBX, from the page whose next button it is."""
    yield from press("pages last", 0.5)
    if settings().clean_up_page != "EXPORT":
        raise RuntimeError(f"the click met the page {settings().clean_up_page}")
    clicks.append("next (dialog)")
    clicks.append("file (dialog)")
    with window.in_view():
        bpy.ops.lsmplify.export_take("EXEC_DEFAULT", filepath=str(window.STAGE / "take.fbx"))
    facts["exported"] = (window.STAGE / "take.fbx").stat().st_size


AWAY = Quaternion((0.3, 1.0, 0.4), 1.2)


def spoil() -> None:
    """A shoulder turned by 70 degrees over some frames, as a bad hand would."""
    actions = importlib.import_module(f"{window.MODULE}.addon.bake.actions")
    path = 'pose.bones["L_Shoulder"].rotation_quaternion'
    curves = {c.array_index: c for c in actions.curves_of(body()) if c.data_path == path}
    for index in range(len(curves[0].keyframe_points)):
        points = [curves[i].keyframe_points[index] for i in range(4)]
        if 100 <= points[0].co[0] <= 120:
            turned = Quaternion([k.co[1] for k in points]) @ AWAY
            for key, value in zip(points, turned, strict=True):
                key.co[1] = value
    for curve in curves.values():
        curve.update()
    with window.in_view():
        bpy.ops.lsmplify.measure()


def clicked_mannequin() -> window.Acts:
    """A click on the belly in the viewport selects the armature."""
    from bpy_extras.view3d_utils import location_3d_to_region_2d

    armature = body()
    with window.in_view():
        bpy.ops.object.select_all(action="DESELECT")
    bpy.context.view_layer.objects.active = None
    for item in settings().collection.objects:
        item.hide_set(True)
    yield 1.0
    seen = window.view()
    pose = armature.pose.bones
    place = armature.matrix_world @ (0.5 * (pose["L_Knee"].head + pose["L_Hip"].head))
    at = location_3d_to_region_2d(seen["region"], seen["area"].spaces.active.region_3d, place)
    height = bpy.context.window_manager.windows[0].height
    window.click(round(seen["region"].x + at.x + 3), round(height - seen["region"].y - at.y))
    # A click is answered when the window has time for it: on a busy machine not at once.
    yield from until(lambda: bpy.context.view_layer.objects.active == armature, 20.0)
    active = bpy.context.view_layer.objects.active
    facts["clicked"] = [
        active.name if active else "",
        [o.name for o in bpy.context.selected_objects],
    ]
    yield from window.picture("9-clicked")


window.run(act)
