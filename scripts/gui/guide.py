# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures for the animators' page (docs/from-your-file.md), taken in a real window.

scripts/gui/window.sh trixie scripts/gui/guide.py build/guide build/lsmplify-*.zip examples/*.trc
"""

import shutil
import subprocess

import bpy
import numpy as np
import window

TAKE = window.STAGE / "markers_cmu41.trc"
VIDEO = window.STAGE / "keypoints_body25.trc"


def act() -> window.Acts:
    """Every picture of the page, from the file dialog to the body with its markers."""
    window.empty_scene()
    window.install()
    with window.in_view():
        bpy.ops.lsmplify.hide_first_steps()
    yield from window.show_sidebar()
    yield from file_dialog()
    yield from imported()
    yield from mapping()
    yield from solved()
    yield from calibrated()
    yield from two_people()


def file_dialog() -> window.Acts:
    """File > Import, with its options, in a folder that has takes alone."""
    takes = window.STAGE / "takes"
    takes.mkdir()
    for take in (TAKE, VIDEO):
        shutil.copy(take, takes)
    with window.in_view():
        bpy.ops.lsmplify.import_tracks("INVOKE_DEFAULT", filepath=f"{takes}/")
    yield 2.0
    yield from keep("dialog", "1105x625+148+137")
    opened = bpy.context.window_manager.windows[-1]
    area = next(a for a in opened.screen.areas if a.type == "FILE_BROWSER")
    region = next(r for r in area.regions if r.type == "WINDOW")
    with bpy.context.temp_override(window=opened, area=area, region=region):
        bpy.ops.file.cancel()
    yield window.DRAWN


def imported() -> window.Acts:
    """Empties in their collection, and what was found in them."""
    with window.in_view():
        bpy.ops.lsmplify.import_tracks(filepath=str(TAKE))
        bpy.ops.lsmplify.find_layout()
    window.look_at()
    yield from keep("imported", "1120x780+40+85")


def mapping() -> window.Acts:
    """The list with a point whose name says nothing and one that nobody uses."""
    empties = {e.name: e for e in bpy.context.scene.lsmplify.collection.objects}
    empties["LKNE"].name, empties["RWRB"].name = "marker_17", "unlabeled_3"
    with window.in_view():
        bpy.ops.lsmplify.match_tracks()
    kept = bpy.context.scene.lsmplify.mapping
    yield window.DRAWN
    with window.in_view():
        bpy.ops.lsmplify.map_track(point="LKNE", track="marker_17")
    kept.active = kept.rows.find("RWRB")
    bpy.context.scene.lsmplify.tracks_page = "MAPPING"
    yield from keep("mapping", "800x690+345+85")
    bpy.context.scene.lsmplify.tracks_page = "SOURCE"


def keep(name: str, crop: str) -> window.Acts:
    """A part of the screen (WIDTHxHEIGHT+X+Y) in few colours, small enough for a page."""
    yield 1.0
    yield from window.picture(name)
    path = str(window.STAGE / f"{name}.png")
    words = [
        "convert",
        path,
        "-crop",
        crop,
        "+repage",
        "+dither",
        "-colors",
        "200",
        "-strip",
        f"PNG8:{path}",
    ]
    subprocess.run(words, check=True)


def solved() -> window.Acts:
    """The baked body on its tracks."""
    with window.in_view():
        bpy.ops.lsmplify.solve_and_bake("EXEC_DEFAULT")
    scene = bpy.context.scene
    scene.frame_set(round(0.44 * scene.frame_end))
    yield from keep("solved", "1120x780+40+85")


def calibrated() -> window.Acts:
    """The body in T-pose with the markers where they were found on it, beside the button."""
    scene = bpy.context.scene
    scene.lsmplify.stage = "BODY"
    with window.in_view():
        bpy.ops.lsmplify.show_markers()
    figure = next(c for c in bpy.data.collections if c.name.endswith("Calibration"))
    for item in scene.objects:
        item.hide_set(item.name not in figure.objects or item.type == "ARMATURE")
    window.look_at((0.0, 0.0, 0.85), 3.6, 20.0, 82.0)
    yield from keep("calibrated", "1120x780+40+85")
    for item in scene.objects:
        item.hide_set(False)
    with window.in_view():
        bpy.ops.lsmplify.show_markers()


def two_people() -> window.Acts:
    """A file with two people in it: a collection and an armature each."""
    window.empty_scene()
    for room in list(bpy.data.collections):
        bpy.data.collections.remove(room)
    path = window.STAGE / "duo.npz"
    names, points, rate = read_trc(VIDEO)
    both = np.concatenate((points, points + np.array([0.0, 0.0, 1.6])), axis=1)
    words = [f"{person}:{n}" for person in ("Anna", "Ben") for n in names]
    np.savez(path, points=both, names=np.array(words), rate=rate)
    with window.in_view():
        bpy.ops.lsmplify.import_tracks(filepath=str(path))
        bpy.ops.lsmplify.find_layout()
        bpy.ops.lsmplify.solve_and_bake("EXEC_DEFAULT")
    scene = bpy.context.scene
    scene.frame_set(round(0.44 * scene.frame_end))
    window.look_at((0.2, -0.9, 0.85), 6.0, 55.0, 78.0)
    yield from keep("people", "1120x780+40+85")


def read_trc(path: object) -> tuple[list[str], np.ndarray, float]:
    """Names, (T, K, 3) and rate of the example file."""
    lines = path.read_text().splitlines()
    rate = float(lines[2].split()[0])
    names = lines[3].split("\t")[2::3]
    names = [n for n in names if n]
    rows = [[float(x) if x else np.nan for x in line.split("\t")] for line in lines[5:] if line]
    width = 3 * len(names)
    values = np.array([row[2 : 2 + width] for row in rows])
    return names, values.reshape(len(rows), -1, 3), rate


window.run(act)
