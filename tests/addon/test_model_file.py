# SPDX-License-Identifier: GPL-3.0-or-later
"""A model file in the preferences: new bodies are of it, and a bad file is said in one line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from conftest import PACKAGE


@pytest.fixture
def preferences(extension) -> Iterator[Any]:
    """The extension's preferences, as Blender keeps them for one that is switched on."""
    addon = bpy.context.preferences.addons.new()
    addon.module = PACKAGE
    yield addon.preferences
    bpy.context.preferences.addons.remove(addon)


def skin_of(armature: bpy.types.Object) -> bpy.types.Object:
    (mesh,) = [o for o in bpy.data.objects if o.type == "MESH" and o.parent == armature]
    return mesh


def baked() -> bpy.types.Object:
    (armature,) = [o for o in bpy.data.objects if o.type == "ARMATURE"]
    return armature


def test_new_bodies_are_of_the_file(preferences, tmp_path: Path) -> None:
    """Mesh, weights and joints are the file's; the tracks are met as with the mannequin."""
    from helpers import add_empties, joints_in_world, save_model, waving
    from lsmplify_extension.lsmplify_core.body.smpl_file import load_smpl_file

    path = save_model(tmp_path / "SMPL_NEUTRAL.npz")
    preferences.smpl_file = str(path)
    motion = waving(24, 24.0)
    add_empties(motion)
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    armature, smpl = baked(), load_smpl_file(path)
    skin = skin_of(armature)
    assert skin.name.endswith("Skin")
    assert len(skin.data.vertices) == len(smpl.v_template)
    assert len(skin.data.polygons) == len(smpl.faces)
    assert {g.name for g in skin.vertex_groups} == {b.name for b in armature.data.bones}
    far = []
    for frame in range(motion.frames):
        bpy.context.scene.frame_set(frame + 1)
        far.append(np.linalg.norm(joints_in_world(armature) - motion.joints()[frame], axis=-1))
    assert np.mean(far) < 0.02


def test_blender_moves_the_mesh_as_the_core_does(preferences, tmp_path: Path) -> None:
    """Without pose corrections in the file, Blender's skin is `posed_vertices`, within 2 mm: vertex
    groups hold weights to three digits."""
    from helpers import save_model, waving
    from lsmplify_extension.addon.bake.motion_keys import Timing, bake
    from lsmplify_extension.addon.body.armature import make_armature
    from lsmplify_extension.lsmplify_core.body.smpl_file import load_smpl_file

    smpl = load_smpl_file(save_model(tmp_path / "m.npz"))
    betas = np.eye(10)[0]
    motion = waving(12, 24.0)
    motion = type(motion)(motion.rotations, motion.root, 24.0, smpl.body(betas), betas=betas)
    armature = make_armature(bpy.context, motion.body, "Body", smpl.figure(betas))
    bake(armature, motion, Timing(1.0, 1.0, True), "take", True)
    expected = smpl.posed_vertices(motion.rotations, motion.root, betas)
    for frame in (1, 6, 12):
        bpy.context.scene.frame_set(frame)
        graph = bpy.context.evaluated_depsgraph_get()
        shown = skin_of(armature).evaluated_get(graph)
        found = np.array([shown.matrix_world @ v.co for v in shown.data.vertices])
        assert np.abs(found - expected[frame - 1]).max() < 0.002


def test_an_empty_preference_makes_the_mannequin(preferences) -> None:
    from helpers import add_empties, waving

    add_empties(waving(12, 24.0))
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert skin_of(baked()).name.endswith("Mannequin")


def test_an_existing_armature_keeps_its_own_body(preferences, tmp_path: Path) -> None:
    from helpers import add_empties, save_model, waving
    from lsmplify_extension.addon.body.armature import make_armature
    from lsmplify_extension.lsmplify_core.body.body import default_body

    preferences.smpl_file = str(save_model(tmp_path / "m.npz", size=1.1))
    armature = make_armature(bpy.context, default_body(), "Mine")
    add_empties(waving(12, 24.0))
    settings = bpy.context.scene.lsmplify
    settings.target, settings.armature = "EXISTING", armature
    assert bpy.ops.lsmplify.solve_and_bake() == {"FINISHED"}
    assert baked() == armature
    assert skin_of(armature).name.endswith("Mannequin")


@pytest.mark.parametrize("content", [b"cos\nsystem\n(S'true'\ntR.", None])
def test_a_bad_file_greys_the_button_with_one_line(
    preferences, tmp_path: Path, content: bytes | None
) -> None:
    from helpers import add_empties, waving
    from lsmplify_extension.addon.body import model_file
    from lsmplify_extension.addon.solve import operators as solve_operator

    path = tmp_path / "bad.pkl"
    if content is not None:
        path.write_bytes(content)
    preferences.smpl_file = str(path)
    add_empties(waving(12, 24.0))
    reason = solve_operator.missing(bpy.context)
    assert "bad.pkl" in reason
    assert "\n" not in reason
    assert model_file.told(bpy.context) == (reason, "ERROR")
    assert not bpy.ops.lsmplify.solve_and_bake.poll()
    assert not [o for o in bpy.data.objects if o.type == "ARMATURE"]
    bpy.context.scene.lsmplify.target = "EXISTING"
    assert "bad.pkl" not in solve_operator.missing(bpy.context)
    bpy.context.scene.lsmplify.target = "NEW"
    preferences.smpl_file = ""
    assert bpy.ops.lsmplify.solve_and_bake.poll()


def test_a_mended_file_is_read_again(preferences, tmp_path: Path) -> None:
    from helpers import save_model
    from lsmplify_extension.addon.body import model_file

    path = tmp_path / "m.npz"
    path.write_bytes(b"no archive")
    preferences.smpl_file = str(path)
    assert "m.npz" in model_file.trouble(bpy.context)
    save_model(path)
    assert model_file.trouble(bpy.context) == ""
    found = model_file.load(bpy.context)
    assert found is not None
    assert model_file.load(bpy.context) is found
    assert model_file.told(bpy.context)[0].startswith("SMPL, neutral")


def test_the_command_takes_a_model_file(extension, tmp_path: Path) -> None:
    from helpers import points_of, save_model, waving
    from lsmplify_extension.addon import cli

    names, points = points_of(waving(20, 30.0))
    np.savez(tmp_path / "take.npz", points=points, names=np.array(names), rate=30.0)
    smpl = save_model(tmp_path / "SMPL_MALE.npz", size=0.95)
    words = ["bake", "--file", str(tmp_path / "take.npz"), "--body", str(smpl)]
    outs = [tmp_path / "out.npz", tmp_path / "out.blend"]
    assert cli.run([*words, "-o", str(outs[0]), "-o", str(outs[1])]) == 0
    with np.load(outs[0]) as data:
        assert abs(data["betas"][0] - 1.05) < 0.5  # the person is a twentieth larger than the file
        assert not data["betas"][1:].any()
        assert str(data["gender"]) == "male"
    assert skin_of(baked()).name.endswith("Skin")
    bad = [*words[:-1], str(tmp_path / "absent.pkl"), "-o", str(outs[0])]
    assert cli.run(bad) == 2
