# SPDX-License-Identifier: GPL-3.0-or-later
"""What a script needs that runs inside a real Blender window; window.sh lays it beside the script.

    import window

    def act():
        window.install()                      # the zip that was given to window.sh
        yield from window.show_sidebar()      # its tab in the 3D viewport
        yield from window.picture("panel")    # OUT/panel.png

    window.run(act)

Each `yield` gives the window that many seconds to draw and to answer. Lines that begin with `gui: `
are what the run says to its caller. Blender's own operators that look at the context want
`with window.in_view():` around them.
"""

import subprocess
import sys
import traceback
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from math import radians
from pathlib import Path

import bpy
from mathutils import Euler

STAGE = Path("/stage")
MODULE = "bl_ext.user_default.lsmplify"
DRAWN = 0.7
"""Seconds in which a change is drawn, with a software driver."""

Acts = Generator[float, None, None]


def run(act: Callable[[], Acts]) -> None:
    """Do what `act` yields its way through, then leave Blender; an exception makes the run fail."""
    acting = act()

    def go_on() -> float | None:
        try:
            return next(acting)
        except StopIteration:
            say("done")
        except BaseException:
            traceback.print_exc()
            _take("failed")
        _leave()
        return None

    bpy.context.preferences.view.show_splash = False
    bpy.context.preferences.filepaths.use_file_compression = True
    bpy.app.timers.register(go_on, first_interval=2.0, persistent=True)


def say(text: str) -> None:
    """A line for the caller."""
    print(f"gui: {text}", flush=True)


def picture(name: str) -> Acts:
    """Let the window draw, then keep the whole screen as OUT/name.png."""
    for area in bpy.context.window_manager.windows[0].screen.areas:
        area.tag_redraw()
    yield DRAWN
    _take(name)


def install(zip_name: str = "lsmplify*.zip") -> None:
    """Install the zip from disk through Blender's extension system and switch it on."""
    path = next(STAGE.glob(zip_name))
    bpy.ops.extensions.package_install_files(
        filepath=str(path), repo="user_default", enable_on_install=True
    )
    if MODULE not in bpy.context.preferences.addons:
        raise RuntimeError(f"{path.name} was not enabled")


def view() -> dict:
    """The 3D viewport, for operators that ask where they are."""
    opened = bpy.context.window_manager.windows[0]
    area = next(a for a in opened.screen.areas if a.type == "VIEW_3D")
    region = next(r for r in area.regions if r.type == "WINDOW")
    return {"window": opened, "area": area, "region": region}


def in_view() -> AbstractContextManager[None]:
    """`with in_view():` runs operators as if the mouse were over the 3D viewport."""
    return bpy.context.temp_override(**view())


def empty_scene() -> None:
    """Take away Blender's cube, camera and light."""
    for item in list(bpy.data.objects):
        bpy.data.objects.remove(item)
    bpy.data.orphans_purge(do_recursive=True)


def show_sidebar(tab: str = "LSMPLify") -> Acts:
    """Open the sidebar at a tab, which can be chosen once it has been drawn."""
    area = view()["area"]
    area.spaces.active.show_region_ui = True
    yield 1.0
    sidebar().active_panel_category = tab
    yield DRAWN


def sidebar() -> bpy.types.Region:
    """The 3D viewport's sidebar."""
    return next(r for r in view()["area"].regions if r.type == "UI")


def look_at(
    place: tuple[float, float, float] = (0.45, -0.75, 0.8), distance: float = 5.2,
    turn: float = 38.0, tilt: float = 78.0,
) -> None:  # fmt: skip
    """Turn the view to a place in the world, metres and degrees; as given, to where takes
    happen."""
    space = view()["area"].spaces.active
    space.region_3d.view_rotation = Euler((radians(tilt), 0.0, radians(turn))).to_quaternion()
    space.region_3d.view_location = place
    space.region_3d.view_distance = distance
    space.shading.color_type = "MATERIAL"


def press(key: str) -> None:
    """A real key on the virtual keyboard (X's name of it), with the mouse over the viewport."""
    region = view()["region"]
    x, y = region.x + region.width // 2, bpy.context.window_manager.windows[0].height
    y -= region.y + region.height // 2
    _xdotool("mousemove", str(x), str(y))
    window_id = _xdotool("search", "--onlyvisible", "--class", "blender").split()[0]
    _xdotool("windowfocus", window_id)
    _xdotool("key", "--clearmodifiers", key)


def hover(x: int, y: int) -> None:
    """The mouse over pixels from the screen's upper left corner. A button must have seen the mouse
    before it takes a click: yield some tenths of a second in between."""
    _xdotool("mousemove", str(x), str(y))


def click(x: int, y: int) -> None:
    """A real click of the left button there."""
    _xdotool("mousemove", str(x), str(y), "click", "1")


def set_scale(scale: float) -> Acts:
    """Blender's resolution scale."""
    bpy.context.preferences.view.ui_scale = scale
    yield DRAWN


def set_sidebar_width(pixels: int) -> Acts:
    """Draw the sidebar's edge with the mouse until it is so wide, as one does by hand; an error
    where Blender does not let it."""
    for _ in range(4):
        if abs(sidebar().width - pixels) <= 4:
            return
        yield from _draw_edge(sidebar().width - pixels)
    raise RuntimeError(f"the sidebar is {sidebar().width} pixels wide, not {pixels}")


def _draw_edge(way: int) -> Acts:
    """Take the sidebar's left edge and draw it to the right, pixels.

    Of a sidebar without a background Blender takes the mouse 0.4 of a button's height inside the
    edge, and only beside what is drawn in it: here, beside the first buttons.
    """
    region, scale = sidebar(), bpy.context.preferences.view.ui_scale
    x = region.x + round(8 * scale)
    top = bpy.context.window_manager.windows[0].height - region.y - region.height
    y = top + round(60 * scale)
    # The mouse comes from the viewport, so that Blender sees it reach the edge.
    for start in (x - 60, x - 5, x):
        _xdotool("mousemove", str(start), str(y))
        yield 0.2
    _xdotool("mousedown", "1")
    for share in (0.1, 0.3, 0.6, 0.9, 1.0):
        yield 0.15
        _xdotool("mousemove", str(round(x + share * way)), str(y))
    yield 0.3
    _xdotool("mouseup", "1")
    yield DRAWN


def _xdotool(*words: str) -> str:
    done = subprocess.run(["xdotool", *words], check=True, capture_output=True, text=True)
    return done.stdout


def _take(name: str) -> None:
    # Of the whole screen: the window's own screenshot operator leaves a black picture here.
    path = STAGE / f"{name}.png"
    subprocess.run(["import", "-window", "root", str(path)], check=True)


def _leave() -> None:
    """Out, without the question whether to save, and with nothing left registered."""
    import addon_utils

    if MODULE in bpy.context.preferences.addons:
        addon_utils.disable(MODULE)
    sys.stdout.flush()
    with in_view():
        bpy.ops.wm.quit_blender()
