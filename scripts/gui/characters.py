# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures for the page on characters (docs/characters.md), taken in a real window; on the way Esc,
undo and the preview are tried as an artist uses them.

scripts/gui/window.sh trixie scripts/gui/characters.py build/characters build/lsmplify-*.zip \\
    examples/markers_cmu41.trc ../shared/rigs/makehuman_*.json
"""

import json
import subprocess

import bpy
import window
from mathutils import Vector

TAKE = window.STAGE / "markers_cmu41.trc"
KINDS = ("mixamo", "game_engine", "default", "cmu_mb")
BESIDE = 1.15
"""Metres that a character is set aside of the body for a picture."""
SHOWN = 0.42
"""Share of the take whose frame the pictures show."""


def act() -> window.Acts:
    """From a solved body to characters of several kinds."""
    window.empty_scene()
    window.install()
    with window.in_view():
        bpy.ops.lsmplify.hide_first_steps()
    yield from window.show_sidebar()
    yield from window.set_sidebar_width(330)
    with window.in_view():
        bpy.ops.lsmplify.import_tracks(filepath=str(TAKE))
        bpy.ops.lsmplify.solve_and_bake("EXEC_DEFAULT")
    body = bpy.context.scene.lsmplify.result.armature
    settings = bpy.context.scene.lsmplify
    settings.seeing.show_tracks = settings.seeing.show = False
    settings.stage, settings.character.source = "CHARACTER", bpy.data.objects[body]
    hide_tracks()
    window.look_at((0.9, -0.6, 0.85), 5.0, 20.0, 82.0)
    yield from stage()
    yield from esc_and_undo()
    yield from straight_from_tracks()
    for kind in KINDS:
        yield from one(kind, rig(kind, kind.title()), body)
    yield from one("rigify", rigify(), body)


def stage() -> window.Acts:
    """The panel: the bones that were found, the assumed rest pose, the preview, the result."""
    settings = bpy.context.scene.lsmplify
    hero = rig("mixamo", "Hero")
    hero.location.x = BESIDE
    settings.character.target = hero
    with window.in_view():
        bpy.ops.lsmplify.find_bones()
    settings.character_page, settings.character.show_rest = "BONES", True
    settings.character.active = settings.character.rows.find("L_Shoulder")
    yield from keep("character-bones", "1120x780+40+85")
    settings.character_page, settings.character.show_rest = "APPLY", False
    bpy.context.scene.frame_set(frame())
    before = [list(bone.matrix_basis) for bone in hero.pose.bones]
    settings.character.preview = True
    yield 2.5
    yield from keep("character-preview", "1120x780+40+85")
    settings.character.root = "in-place"
    yield 2.0
    settings.character.root = "hips"
    yield 2.0
    settings.character.preview = False
    if before != [list(bone.matrix_basis) for bone in hero.pose.bones]:
        raise RuntimeError("the preview has changed the character")
    with window.in_view():
        bpy.ops.lsmplify.apply_to_character("EXEC_DEFAULT")
    hero.location.x += BESIDE
    yield from keep("character-applied", "1120x780+40+85")
    remove(hero)


def esc_and_undo() -> window.Acts:
    """A real Esc while it works leaves nothing; one undo takes a finished one back."""
    hero = rig("default", "Hero")
    bpy.context.scene.lsmplify.character.target = hero
    actions = len(bpy.data.actions)
    with window.in_view():
        bpy.ops.ed.undo_push(message="before")
        bpy.ops.lsmplify.apply_to_character("INVOKE_DEFAULT")
    window.press("Escape")
    yield 3.0
    after = bpy.data.objects["Hero"]
    left = len(bpy.data.actions) - actions
    window.say(f"after Esc {left} actions more")
    if left == 0 and after.animation_data and after.animation_data.action:
        raise RuntimeError("Esc left an action")
    with window.in_view():
        bpy.ops.lsmplify.apply_to_character("INVOKE_DEFAULT")
    for _ in range(20):
        yield 0.5
        if bpy.context.scene.lsmplify.progress < 0:
            break
    if not bpy.data.objects["Hero"].animation_data:
        raise RuntimeError("nothing was applied")
    with window.in_view():
        bpy.ops.ed.undo()
    yield 1.0
    hero = bpy.data.objects["Hero"]
    if hero.animation_data and hero.animation_data.action:
        raise RuntimeError("one undo did not take it back")
    window.say("one undo took it back")
    remove(hero)


def straight_from_tracks() -> window.Acts:
    """The stage Body with an existing character, before the press."""
    settings = bpy.context.scene.lsmplify
    hero = rig("mixamo", "Hero")
    settings.stage, settings.target, settings.armature = "BODY", "EXISTING", hero
    yield from keep("character-existing", "420x420+740+85")
    settings.stage, settings.target, settings.armature = "CHARACTER", "NEW", None
    remove(hero)


def one(kind: str, hero: bpy.types.Object, name: str) -> window.Acts:
    """A character of a kind beside the body."""
    settings = bpy.context.scene.lsmplify.character
    body = bpy.data.objects[name]
    settings.source, settings.target = body, hero
    bpy.context.scene.frame_set(frame())
    with window.in_view():
        bpy.ops.lsmplify.apply_to_character("EXEC_DEFAULT")
    window.say(f"{kind}: {settings.map_name}, {settings.mapped} bones, {settings.note}")
    hero.location.x += BESIDE
    for item in bpy.context.view_layer.objects:
        item.select_set(False)
    hips = body.matrix_world @ body.pose.bones["Pelvis"].head
    window.look_at((hips.x + 0.5 * BESIDE, hips.y, 0.95), 3.9, 20.0, 84.0)
    yield from keep(f"rig-{kind.replace('_', '-')}", "520x600+270+140")
    remove(hero)


def frame() -> int:
    """The scene frame that pictures show."""
    return round(SHOWN * bpy.context.scene.frame_end)


def rig(kind: str, name: str) -> bpy.types.Object:
    """A MakeHuman rig, in centimetres under a scale of 0.01 as an imported FBX has it."""
    data = bpy.data.armatures.new(name)
    armature = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(armature)
    with window.in_view():
        bpy.context.view_layer.objects.active = armature
        bpy.ops.object.mode_set(mode="EDIT")
        path = window.STAGE / f"makehuman_{kind}.json"
        for bone in json.loads(path.read_text())["bones"]:
            edit = data.edit_bones.new(bone["name"])
            edit.head, edit.tail = 100 * Vector(bone["head"]), 100 * Vector(bone["tail"])
            edit.roll = bone["roll"]
            edit.parent = data.edit_bones.get(bone["parent"] or "")
        bpy.ops.object.mode_set(mode="OBJECT")
    armature.scale = (0.01,) * 3
    bpy.context.view_layer.update()
    return armature


def rigify() -> bpy.types.Object:
    """Rigify's human, generated."""
    bpy.ops.preferences.addon_enable(module="rigify")
    with window.in_view():
        bpy.ops.object.armature_human_metarig_add()
        meta = bpy.context.object
        bpy.ops.pose.rigify_generate()
    made = next(o for o in bpy.data.objects if o.type == "ARMATURE" and o.name.startswith("rig"))
    meta.hide_set(True)
    return made


def remove(item: bpy.types.Object) -> None:
    """Take a character out of the scene."""
    bpy.data.objects.remove(item)


def hide_tracks() -> None:
    """The empties of the tracks out of the way."""
    for item in bpy.context.scene.objects:
        item.hide_set(item.type == "EMPTY")


def keep(name: str, crop: str) -> window.Acts:
    """A part of the screen (WIDTHxHEIGHT+X+Y) in few colours, small enough for a page."""
    yield 1.0
    yield from window.picture(name)
    path = str(window.STAGE / f"{name}.png")
    words = ["convert", path, "-crop", crop, "+repage", "+dither", "-colors", "160", "-strip",
             f"PNG8:{path}"]  # fmt: skip
    subprocess.run(words, check=True)


window.run(act)
