# SPDX-License-Identifier: GPL-3.0-or-later
"""Every stage and page of the sidebar in a real window, at two scales, wide and narrow, in each
language.

Given to window.sh with the zip and the measuring of texts; leaves pictures named by scale, width,
language, stage and page, and facts.json with how high each stage is beside the sidebar and which
texts lack room ("cut"):
    scripts/gui/window.sh trixie scripts/gui/stages.py build/stages build/lsmplify-0.2.0.zip \
        tests/addon/drawn_panels.py
"""

import importlib
import json

import bpy
import drawn_panels
import window

LANGUAGES = ("en_US", "ko_KR", "ja_JP", "zh_HANS")
SIZES = (
    (1.0, 0, ("en_US",)),
    (1.25, 0, ("en_US", "ja_JP")),
    (1.25, 250, LANGUAGES),
)
"""Scale, width in pixels (0: as Blender has it), languages."""

facts: dict[str, object] = {"blender": bpy.app.version_string}
cut: dict[str, list[list[object]]] = {}
"""By picture: panel, text, pixels that it has, pixels that it needs."""


def act() -> window.Acts:
    """Pictures before a solve and after it, in the default scene."""
    window.install()
    yield from window.show_sidebar()
    with window.in_view():
        bpy.ops.lsmplify.load_example()
        bpy.ops.lsmplify.solve_and_bake("EXEC_DEFAULT")
    spoil()
    stages = importlib.import_module(f"{window.MODULE}.addon.stages.properties")
    settings = bpy.context.scene.lsmplify
    usual = window.sidebar().width
    for scale, width, languages in SIZES:
        yield from window.set_scale(scale)
        yield from window.set_sidebar_width(width or round(usual * scale))
        size = f"{scale:g}-{window.sidebar().width}"
        for language in languages:
            bpy.context.preferences.view.language = language
            bpy.context.preferences.view.use_translate_interface = True
            yield from window.show_sidebar()
            for stage in [s[0] for s in stages.STAGES]:
                settings.stage = stage
                pages = [p[0] for p in stages.PAGES.get(stage, ())]
                for page in pages or [""]:
                    if page:
                        setattr(settings, f"{stage.lower()}_page", page)
                    yield from picture(f"{size}-{language}-{stage}-{page}".lower().rstrip("-"))
    facts["cut"] = cut
    window.say(f"texts without room: {sum(map(len, cut.values()))}")
    (window.STAGE / "facts.json").write_text(json.dumps(facts, indent=2), encoding="utf-8")


def spoil() -> None:
    """An arm that goes wrong for a while, so that there is something to review."""
    scene = bpy.context.scene
    armature = bpy.data.objects[scene.lsmplify.result.armature]
    actions = importlib.import_module(f"{window.MODULE}.addon.bake.actions")
    bpy.context.view_layer.objects.active = armature
    for curve in actions.curves_of(armature):
        if curve.data_path == 'pose.bones["L_Shoulder"].rotation_quaternion':
            for key in curve.keyframe_points:
                if 60 <= key.co[0] <= 66 or 120 <= key.co[0] <= 150:
                    key.co[1] *= -0.3
            curve.update()
    with window.in_view():
        bpy.ops.lsmplify.measure()


def picture(name: str) -> window.Acts:
    """The whole window; and how far the panels reach."""
    yield from window.picture(name)
    region = window.sidebar()
    scale = bpy.context.preferences.system.ui_scale
    said = importlib.import_module(f"{window.MODULE}.addon.translations").said
    screen = drawn_panels.Screen(region.width, scale, said)
    texts = [t for p in drawn_panels.panels() for t in drawn_panels.drawn(p, screen)]
    if short := [[t.where, t.text, t.room, t.need] for t in texts if not t.fits]:
        cut[name] = short
    top = region.view2d.region_to_view(0, region.height)[1]
    bottom = region.view2d.region_to_view(0, 0)[1]
    facts[name] = [round(top), round(bottom), region.height]


window.run(act)
