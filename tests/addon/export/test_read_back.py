# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of other programs, read by somebody else and compared bone by bone with what Blender
shows."""

import math
from pathlib import Path

import bpy
import numpy as np
import pytest
from mathutils import Matrix, Quaternion, Vector

BONES = {
    "hip": ("", (0, 0, 1.0), (0, 0, 1.2)),
    "chest": ("hip", (0, 0, 1.2), (0, 0.02, 1.5)),
    "arm": ("chest", (0.2, 0, 1.45), (0.5, 0.05, 1.4)),
    "hand": ("arm", (0.5, 0.05, 1.4), (0.6, 0.05, 1.35)),
    "thigh": ("hip", (0.1, 0, 0.95), (0.1, -0.02, 0.5)),
}
FRAMES = range(1, 25)
NEAR = 2e-4
"""Metres that a bone's head may be off."""
MODULES = {"fbx": "io_scene_fbx", "glb": "io_scene_gltf2"}
FIRST = {"fbx": 1, "glb": 0, "usdc": 0}
"""Frames later that Blender's importer puts a file's animation."""


def moving(scale: float, turn: float) -> bpy.types.Object:
    """An armature of this scale whose bones turn, its hip on its way."""
    data = bpy.data.armatures.new("Doll")
    doll = bpy.data.objects.new("Doll", data)
    bpy.context.scene.collection.objects.link(doll)
    bpy.context.view_layer.objects.active = doll
    bpy.ops.object.mode_set(mode="EDIT")
    for name, (parent, head, tail) in BONES.items():
        bone = data.edit_bones.new(name)
        bone.head, bone.tail = Vector(head) / scale, Vector(tail) / scale
        bone.parent = data.edit_bones[parent] if parent else None
    bpy.ops.object.mode_set(mode="OBJECT")
    doll.matrix_world = Matrix.Rotation(turn, 4, "Z") @ Matrix.Scale(scale, 4)
    for frame in FRAMES:
        for i, bone in enumerate(doll.pose.bones):
            bone.rotation_mode = "XYZ"
            bone.rotation_euler = (0.4 * math.sin(0.3 * frame + i), 0.2 * i, 0.1 * frame)
            bone.keyframe_insert("rotation_euler", frame=frame)
        hip = doll.pose.bones["hip"]
        hip.location = (0.02 * frame / scale, 0.0, 0.01 * math.sin(frame) / scale)
        hip.keyframe_insert("location", frame=frame)
    return doll


def heads(doll: bpy.types.Object, frames) -> np.ndarray:
    """(T, B, 3) metres in the world, in the order of BONES."""
    found = []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        found.append([doll.matrix_world @ doll.pose.bones[n].head for n in BONES])
    return np.array(found)


def written(path: Path, doll: bpy.types.Object, **options) -> None:
    from lsmplify_extension.addon.bake import engines, export

    module = MODULES.get(path.suffix[1:])
    if module is not None and module not in bpy.context.preferences.addons:
        pytest.skip(f"{module} is not switched on in this Blender")
    scene = bpy.context.scene
    before = scene.render.fps, scene.frame_start, scene.frame_end, doll.name
    export.write(path, doll, FRAMES[0], FRAMES[-1], engines.ExportOptions(**options))
    assert (scene.render.fps, scene.frame_start, scene.frame_end, doll.name) == before


def imported(path: Path) -> bpy.types.Object:
    """The armature in a file, by Blender's own importer."""
    before = set(bpy.data.objects)
    if path.suffix == ".fbx":
        bpy.ops.import_scene.fbx(filepath=str(path))
    elif path.suffix == ".glb":
        bpy.ops.import_scene.gltf(filepath=str(path))
    else:
        bpy.ops.wm.usd_import(filepath=str(path))
    return next(o for o in set(bpy.data.objects) - before if o.type == "ARMATURE")


@pytest.mark.parametrize(("scale", "turn"), [(1.0, 0.0), (0.01, 0.7)])
@pytest.mark.parametrize("engine", ["none", "unreal", "unity"])
def test_fbx_by_blenders_importer(extension, tmp_path, engine, scale, turn):
    bpy.context.scene.render.fps = 30
    doll = moving(scale, turn)
    truth = heads(doll, FRAMES)
    written(tmp_path / "doll.fbx", doll, engine=engine)
    found = heads(imported(tmp_path / "doll.fbx"), [f + FIRST["fbx"] for f in FRAMES])
    assert np.abs(found - truth).max() < NEAR


@pytest.mark.parametrize("ending", ["glb", "usdc"])
@pytest.mark.parametrize(("scale", "turn"), [(1.0, 0.0), (0.01, 0.7)])
def test_gltf_and_usd_by_blenders_importers(extension, tmp_path, ending, scale, turn):
    doll = moving(scale, turn)
    truth = heads(doll, FRAMES)
    written(tmp_path / f"doll.{ending}", doll)
    found = heads(imported(tmp_path / f"doll.{ending}"), FRAMES)
    assert np.abs(found - truth).max() < NEAR


@pytest.mark.parametrize("ending", ["fbx", "glb", "usdc"])
def test_sixty_frames_a_second_are_as_long(extension, tmp_path, ending):
    """Of a scene at 30: every other key of the file at 60 lies between two frames."""
    scene = bpy.context.scene
    scene.render.fps = 30
    doll = moving(1.0, 0.0)
    truth = heads(doll, FRAMES)
    written(tmp_path / f"doll.{ending}", doll, fps=60)
    scene.render.fps = 60
    found = heads(imported(tmp_path / f"doll.{ending}"), [2 * f + FIRST[ending] for f in FRAMES])
    assert np.abs(found - truth).max() < NEAR


@pytest.mark.parametrize(("scale", "turn"), [(1.0, 0.0), (0.01, 0.7)])
def test_bvh_by_our_reader(extension, tmp_path, scale, turn):
    from lsmplify_extension.lsmplify_core.reading.bvh import load_bvh

    doll = moving(scale, turn)
    truth = heads(doll, FRAMES)
    written(tmp_path / "doll.bvh", doll)
    motion = load_bvh(tmp_path / "doll.bvh")
    places = motion.world()[1][:, [motion.names.index(n) for n in BONES]]
    up = np.stack((places[..., 0], -places[..., 2], places[..., 1]), axis=-1)
    assert np.abs(up - truth).max() < NEAR


def test_bvh_by_blenders_importer(extension, tmp_path):
    if "io_anim_bvh" not in bpy.context.preferences.addons:
        pytest.skip("io_anim_bvh is not switched on in this Blender")
    bpy.context.scene.render.fps = 24
    doll = moving(0.01, 0.7)
    truth = heads(doll, FRAMES)
    written(tmp_path / "doll.bvh", doll)
    before = set(bpy.data.objects)
    bpy.ops.import_anim.bvh(filepath=str(tmp_path / "doll.bvh"))
    read = next(iter(set(bpy.data.objects) - before))
    assert np.abs(heads(read, FRAMES) - truth).max() < NEAR


def test_gltf_by_pygltflib(extension, tmp_path):
    pytest.importorskip("pygltflib")
    doll = moving(0.01, 0.7)
    truth = heads(doll, FRAMES)
    written(tmp_path / "doll.glb", doll)
    assert np.abs(_gltf_heads(tmp_path / "doll.glb") - truth).max() < NEAR


def _gltf_heads(path: Path) -> np.ndarray:
    """(T, B, 3) metres, Z up, of a file's joints at its keys."""
    from pygltflib import GLTF2

    file = GLTF2().load(str(path))
    blob, animation = file.binary_blob(), file.animations[0]
    count = max(file.accessors[s.input].count for s in animation.samplers)
    tracks = {
        (c.target.node, c.target.path): _accessor(file, blob, animation.samplers[c.sampler].output)
        for c in animation.channels
    }
    parents = {c: p for p, node in enumerate(file.nodes) for c in node.children or ()}

    def world(node: int, frame: int) -> np.ndarray:
        own, parts = file.nodes[node], {}
        for name, rest in (("translation", (0, 0, 0)), ("rotation", (0, 0, 0, 1)),
                           ("scale", (1, 1, 1))):  # fmt: skip
            keys = tracks.get((node, name))
            still = getattr(own, name) or rest
            parts[name] = still if keys is None else keys[min(frame, len(keys) - 1)]
        x, y, z, w = parts["rotation"]
        local = Matrix.LocRotScale(
            Vector(parts["translation"]), Quaternion((w, x, y, z)),
            Vector(parts["scale"]),
        )  # fmt: skip
        above = world(parents[node], frame) if node in parents else np.eye(4)
        return above @ np.array(local)

    nodes = [next(i for i, n in enumerate(file.nodes) if n.name == b) for b in BONES]
    places = np.array([[world(n, f)[:3, 3] for n in nodes] for f in range(count)])
    return np.stack((places[..., 0], -places[..., 2], places[..., 1]), axis=-1)


def _accessor(file, blob: bytes, number: int) -> np.ndarray:
    accessor = file.accessors[number]
    view = file.bufferViews[accessor.bufferView]
    width = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}[accessor.type]
    start = (view.byteOffset or 0) + (accessor.byteOffset or 0)
    return np.frombuffer(blob, np.float32, accessor.count * width, start).reshape(-1, width)


def test_usd_by_usd_core(extension, tmp_path):
    """Another process: two builds of USD in one don't go together."""
    import importlib.util
    import json
    import subprocess
    import sys

    if importlib.util.find_spec("pxr") is None:
        pytest.skip("usd-core is not installed here")
    doll = moving(0.01, 0.7)
    truth = heads(doll, FRAMES)
    written(tmp_path / "doll.usdc", doll)
    done = subprocess.run(
        [sys.executable, "-c", _USD, str(tmp_path / "doll.usdc")],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    places = np.array([[frame[n] for n in BONES] for frame in found])
    assert np.abs(places - truth).max() < NEAR


_USD = """
import json, sys
from pxr import Usd, UsdGeom, UsdSkel
stage = Usd.Stage.Open(sys.argv[1])
prim = next(p for p in stage.Traverse() if p.IsA(UsdSkel.Skeleton))
query = UsdSkel.Cache().GetSkelQuery(UsdSkel.Skeleton(prim))
names = [str(j).split("/")[-1] for j in query.GetJointOrder()]
frames = []
for time in range(int(stage.GetStartTimeCode()), int(stage.GetEndTimeCode()) + 1):
    world = UsdGeom.XformCache(time).GetLocalToWorldTransform(prim)
    joints = query.ComputeJointSkelTransforms(time)
    frames.append({n: list((j * world).ExtractTranslation()) for n, j in zip(names, joints)})
print(json.dumps(frames))
"""


def test_unreal_drops_the_armature_of_a_rig_with_a_root_bone(extension, tmp_path):
    """Unreal leaves out an object called Armature, and makes a root bone of any other."""
    from lsmplify_extension.addon.bake.engines import ExportOptions, named_for_engine

    doll = moving(1.0, 0.0)
    with named_for_engine(doll, ExportOptions("unreal")):
        assert doll.name == "root"
    bpy.context.view_layer.objects.active = doll
    bpy.ops.object.mode_set(mode="EDIT")
    ground = doll.data.edit_bones.new("ground")
    ground.tail = (0, 0.2, 0)
    doll.data.edit_bones["hip"].parent = ground
    bpy.ops.object.mode_set(mode="OBJECT")
    with named_for_engine(doll, ExportOptions("unreal")):
        assert doll.name == "Armature"
    assert doll.name == "Doll"
