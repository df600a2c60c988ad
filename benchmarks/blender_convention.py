# SPDX-License-Identifier: GPL-3.0-or-later
"""Forearms and feet before and in the anatomical convention, near, on the mannequin in Blender:

    .venv-bpy/bin/python benchmarks/blender_convention.py PICTURE.png

The same frames of real takes with `--convention keep` (grey) and `anatomical` (orange): those in
which the joint's rotation changes most.
"""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from common import ROOT, SHARED, absent
from failures import best_view, posed

from lsmplify_core.body.mannequin import mannequin
from lsmplify_core.geometry.rotations import angle_between
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.ik.fit_problem import SolveSettings
from lsmplify_core.motion.motion import Motion
from lsmplify_core.pipeline import solve
from lsmplify_core.reading import read_tracks
from lsmplify_core.runtime.array_types import Floats

sys.path.insert(0, str(ROOT / "scripts"))

_WRISTS, _FEET = ("L_Wrist", "R_Wrist"), ("L_Foot", "R_Foot")
SHOWN: Final = (
    (("cmu_dribble_shoot_basketball.c3d", (*_WRISTS, *_FEET)),),
    (("pycgm_Movement_trial.c3d", _WRISTS), ("opensim_walking2.c3d", _FEET)),
)
"""The picture's rows: joints of takes. The walk has no markers on its arms."""
REACH: Final = 0.2
"""Metres about a joint that are shown."""
COLOURS: Final = ((0.50, 0.52, 0.55, 1.0), (0.85, 0.36, 0.08, 1.0))
WIDE, HIGH = 0.34, 0.40
"""Metres from one limb to the next, and from one take to the next."""


def main() -> None:
    """Solve both ways, and draw."""
    data = SHARED / "markers"
    if len(sys.argv) < 2 or not data.is_dir():
        absent("blender_convention", data)
        return
    rows = [[part for name, joints in row for part in limbs(data / name, joints)] for row in SHOWN]
    draw(rows, Path(sys.argv[1]))


def limbs(file: Path, joints: tuple[str, ...]) -> list[tuple[Floats, list[tuple[int, ...]], int]]:
    """Vertices (V, 3) from left to right, up and towards the eye, faces, and which of the two
    conventions, limb after limb."""
    tracks = read_tracks(file)
    kept, found = (
        solve(tracks, settings=replace(SolveSettings(), convention=c)).motion
        for c in ("keep", "anatomical")
    )
    parts: list[tuple[Floats, list[tuple[int, ...]], int]] = []
    for joint in joints:
        index = JOINT_INDEX[joint]
        apart = angle_between(kept.rotations[:, index], found.rotations[:, index])
        frame = int(np.argmax(apart))
        print(f"{file.name}: {joint}, frame {frame}, {np.degrees(apart[frame]):.0f} degrees apart")
        pair = [m.between(frame, frame + 1) for m in (kept, found)]
        centre = pair[1].joints()[0, index]
        meshes = [posed(m) - centre for m in pair]
        view = best_view(meshes[0], meshes[1], REACH)
        for which, (motion, mesh) in enumerate(zip(pair, meshes, strict=True)):
            parts.append((*near(motion, mesh, view), which))
    return parts


def near(motion: Motion, mesh: Floats, view: Floats) -> tuple[Floats, list[tuple[int, ...]]]:
    """The limb in the middle of a mesh, as far as it is within reach, as the view shows it."""
    inside = np.linalg.norm(mesh, axis=1) < REACH
    faces = [[int(v) for v in f] for f in mannequin(motion.body).faces if inside[list(f)].all()]
    limb, before = {int(np.argmin(np.linalg.norm(mesh, axis=1)))}, 0
    while len(limb) > before:
        before = len(limb)
        for face in faces:
            if limb.intersection(face):
                limb.update(face)
    return mesh @ view.T, [tuple(face) for face in faces if face[0] in limb]


def draw(rows: list[list[tuple[Floats, list[tuple[int, ...]], int]]], path: Path) -> None:
    """Render the limbs in rows by Cycles."""
    import bpy
    import picture

    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.data.scenes.new("Convention")
    clay = [picture.material(f"limb{i}", c, 0.5) for i, c in enumerate(COLOURS)]
    for line, parts in enumerate(rows):
        for place, (seen, faces, which) in enumerate(parts):
            # the picture's right, up and towards the eye are Blender's X, Z and -Y
            laid = np.stack((seen[:, 0], -seen[:, 2], seen[:, 1]), axis=1)
            laid += np.array([place * WIDE, 0.0, -line * HIGH])
            scene.collection.objects.link(picture.mesh_object(laid, faces, clay[which]))
    look(scene, max(len(parts) for parts in rows), len(rows))
    picture.render(scene, path, 16, (1440, 480))


def look(scene: Any, columns: int, lines: int) -> None:
    """A camera without perspective before the limbs, a lamp beside it, a light world."""
    import bpy

    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.data.type, camera.data.ortho_scale = "ORTHO", columns * WIDE
    middle = ((columns - 1) * WIDE / 2, -(lines - 1) * HIGH / 2)
    camera.location, camera.rotation_euler = (middle[0], -4.0, middle[1]), (np.pi / 2, 0.0, 0.0)
    sun = bpy.data.objects.new("Sun", bpy.data.lights.new("Sun", "SUN"))
    sun.data.energy, sun.rotation_euler = 3.0, (0.7, 0.5, 0.3)
    for item in (camera, sun):
        scene.collection.objects.link(item)
    scene.camera = camera
    world = bpy.data.worlds.new("World")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.75, 0.78, 0.82, 1.0)
    scene.world = world


if __name__ == "__main__":
    main()
