# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job in headless Blender, as an artist does it by hand: `make demo`.

Usage: demo.py ZIP TAKE OUT. Installs the extension zip into a Blender with an empty user folder,
imports the take, presses Solve and Bake, and leaves in OUT the .blend, the AMASS npz and a picture.
"""

import shutil
import sys
from pathlib import Path

import installed
import numpy as np

MOMENTS = (0.165, 0.44, 0.68, 0.905)
"""Shares of the take that the picture shows."""


def main() -> int:
    """Install, solve, bake, save, draw."""
    zip_file, take, out = (Path(a) for a in sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    user = out / "blender_user"
    shutil.rmtree(user, ignore_errors=True)
    installed.empty_user_folder(user)
    import bpy

    bpy.ops.wm.read_factory_settings(use_empty=True)
    installed.install(zip_file)
    installed.enable()
    try:
        _solve_and_save(take, out)
        _draw(out / "demo.png")
    finally:
        installed.disable()
    print(f"{out}: demo.blend, demo.npz, demo.png")
    return 0


def _solve_and_save(take: Path, out: Path) -> None:
    """Import the take as empties, then what `blender --command lsmplify bake` runs."""
    import bpy

    bpy.ops.lsmplify.import_tracks(filepath=str(take.resolve()))
    collection = bpy.context.scene.lsmplify.collection.name
    wanted = ["-o", str(out / "demo.blend"), "-o", str(out / "demo.npz")]
    report = out / "report.json"
    command = installed.command()
    code = command(["bake", "--collection", collection, *wanted, "--report", str(report)])
    if code:
        raise SystemExit(code)
    print(report.read_text(encoding="utf-8"))


def _draw(path: Path) -> None:
    import bpy
    from picture import draw

    scene = bpy.context.scene
    empties = [item for item in scene.objects if item.type == "EMPTY"]
    figure = next(item for item in scene.objects if item.type == "MESH")
    length = scene.frame_end - scene.frame_start
    frames = [round(scene.frame_start + share * length) for share in MOMENTS]
    draw([_moment(frame, figure, empties) for frame in frames], _sides(empties), path)


def _moment(frame: int, figure, empties: list):
    """The scene at this frame as Blender evaluates it."""
    import bpy
    from picture import Moment

    bpy.context.scene.frame_set(frame)
    graph = bpy.context.evaluated_depsgraph_get()
    posed = figure.evaluated_get(graph)
    mesh = posed.to_mesh()
    vertices = np.array([posed.matrix_world @ v.co for v in mesh.vertices])
    faces = [tuple(face.vertices) for face in mesh.polygons]
    posed.to_mesh_clear()
    points = np.array([e.evaluated_get(graph).matrix_world.translation for e in empties])
    pelvis = figure.parent.evaluated_get(graph).pose.bones["Pelvis"]
    centre = figure.parent.matrix_world @ pelvis.head
    return Moment(vertices, faces, points, np.array(centre.xy))


def _sides(empties: list) -> list[str]:
    sides = {"L": "left", "R": "right"}
    return [sides.get(empty.name[0], "middle") for empty in empties]


if __name__ == "__main__":
    raise SystemExit(main())
