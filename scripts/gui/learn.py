# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of the first minutes and of the errors for the pages of docs/, taken in a real window.

`make gui` leaves them in build/gui/SUITE-learn.
"""

import json
import subprocess

import bpy
import window
from mathutils import Quaternion

facts: dict[str, object] = {"blender": bpy.app.version_string}
LANGUAGES = ("ko_KR", "ja_JP", "zh_HANS")


def act() -> window.Acts:
    """The note, the example, the solve, the result, the overlay, the languages."""
    window.install()
    yield from window.show_sidebar()
    window.look_at()
    yield from keep("learn-first-steps", panel(bottom=700))
    with window.in_view():
        facts["loaded"] = list(bpy.ops.lsmplify.load_example())
    yield from solving()
    yield from result()
    yield from overlay()
    yield from languages()
    (window.STAGE / "facts.json").write_text(json.dumps(facts, indent=2), encoding="utf-8")


def solving() -> window.Acts:
    """The bar in the middle of a solve, then to its end."""
    settings = bpy.context.scene.lsmplify
    with window.in_view():
        bpy.ops.lsmplify.solve_and_bake("INVOKE_DEFAULT")
    while 0.0 <= settings.progress < 0.5:
        yield 0.05
    yield from keep("learn-solving", panel())
    while settings.progress >= 0.0:
        yield 0.05
    facts["mean_mm"] = round(settings.result.mean_mm, 2)


def result() -> window.Acts:
    """The note put away; the body on its markers, and what the panel says of it."""
    scene = bpy.context.scene
    scene.frame_set(round(0.44 * scene.frame_end))
    with window.in_view():
        bpy.ops.lsmplify.hide_first_steps()
    yield from keep("learn-solved", "1148x790+0+25")
    scene.lsmplify.stage, scene.lsmplify.review_page = "REVIEW", "RESULT"
    yield from keep("learn-result", panel(bottom=560))


def overlay() -> window.Acts:
    """Lines from tracks to the body, which is posed away from them as a wrong elbow would be."""
    scene = bpy.context.scene
    scene.lsmplify.seeing.show = True
    armature = bpy.data.objects[scene.lsmplify.result.armature]
    bone = armature.pose.bones["R_Shoulder"]
    kept = bone.rotation_quaternion.copy()
    bone.rotation_quaternion = kept @ Quaternion((0.0, 0.0, 1.0), 0.25)
    place = armature.matrix_world @ armature.pose.bones["Spine3"].head
    window.look_at((place.x, place.y, place.z + 0.1), 2.0, 330.0, 80.0)
    yield from keep("learn-overlay", "760x600+80+130")
    bone.rotation_quaternion = kept
    scene.lsmplify.seeing.show = False


def languages() -> window.Acts:
    """The tab in each language, side by side; what was found is said anew."""
    names = []
    for language in LANGUAGES:
        bpy.context.preferences.view.language = language
        bpy.context.preferences.view.use_translate_interface = True
        yield from window.show_sidebar()
        bpy.context.scene.lsmplify.stage = "TRACKS"
        with window.in_view():
            bpy.ops.lsmplify.find_layout()
        text = bpy.app.translations.pgettext_iface("Jump to Worst Frame")
        facts[language] = [text, bpy.app.translations.locale]
        yield from keep(f"learn-{language}", panel(bottom=815))
        names.append(str(window.STAGE / f"learn-{language}.png"))
    bpy.context.preferences.view.language = "en_US"
    path = str(window.STAGE / "learn-languages.png")
    subprocess.run(["convert", *names, "+append", f"PNG8:{path}"], check=True)


def panel(top: int = 80, bottom: int = 815) -> str:
    """The sidebar between two heights as the crop that ImageMagick wants."""
    region = window.sidebar()
    return f"{region.width}x{bottom - top}+{region.x}+{top}"


def keep(name: str, crop: str) -> window.Acts:
    """A part of the screen in few colours, small enough for a page."""
    yield 1.0
    yield from window.picture(name)
    path = str(window.STAGE / f"{name}.png")
    words = ["-crop", crop, "+repage", "+dither", "-colors", "200", "-strip", f"PNG8:{path}"]
    subprocess.run(["convert", path, *words], check=True)


window.run(act)
