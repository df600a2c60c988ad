# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw docs/images/farm.svg: how a folder of takes goes through a farm.

.venv/bin/python scripts/farm_drawing.py
"""

from html import escape
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "docs/images/farm.svg"
WIDTH, HEIGHT = 920, 330
BLUE, GREEN, ORANGE, GREY = "#dbe9f7", "#dff1df", "#fbe8d3", "#eeeeee"


def box(x: int, y: int, w: int, h: int, colour: str, *lines: str) -> str:
    """A box with lines of text, the first of them bold."""
    text = [
        f'<text x="{x + w / 2}" y="{y + h / 2 + 17 * (i - (len(lines) - 1) / 2) + 5}" '
        f'style="font-weight:{"bold" if i == 0 else "normal"}">{escape(line)}</text>'
        for i, line in enumerate(lines)
    ]
    frame = f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="6" fill="{colour}"/>'
    return "\n".join([frame, *text])


def arrow(x1: int, y1: int, x2: int, y2: int) -> str:
    """A line with a head."""
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" marker-end="url(#head)"/>'


def drawing() -> str:
    """The whole picture."""
    parts = [
        box(15, 110, 120, 90, GREY, "takes/", "a.c3d  b.c3d", "c.trc  …"),
        box(330, 285, 270, 36, GREY, "OpenJD · Flamenco · Slurm · Dask"),
        box(665, 110, 105, 90, GREY, "OUT/", "a.npz  b.npz …", "manifest.jsonl"),
        box(800, 20, 105, 60, ORANGE, "bake I/N", "Blender each"),
        box(800, 225, 105, 60, BLUE, "summary", "worst first"),
        arrow(770, 130, 800, 82), arrow(770, 180, 800, 223),
    ]  # fmt: skip
    for row, name in enumerate(("1/N", "2/N", "N/N")):
        y = 20 + 88 * row
        parts += [
            box(200, y, 100, 64, GREY, f"part {name}", "by name, size"),
            box(360, y, 240, 64, GREEN, f"solve --shard {name} --resume", "any worker, any order",
                "done takes are left alone"),
            arrow(135, 155, 198, y + 32), arrow(300, y + 32, 358, y + 32),
            arrow(600, y + 32, 663, 155),
        ]  # fmt: skip
    style = (
        "text{font:12px sans-serif;text-anchor:middle;fill:#222}"
        "rect{stroke:#666}line{stroke:#666;stroke-width:1.5}"
    )
    head = (
        '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0 8 4 0 8z" fill="#666"/></marker>'
    )
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}">\n'
        f"<title>A folder of takes, split into parts that any worker solves in any order</title>\n"
        f'<style>{style}</style><defs>{head}</defs>\n<rect width="{WIDTH}" height="{HEIGHT}" '
        f'fill="white" style="stroke:none"/>\n{body}\n</svg>\n'
    )


if __name__ == "__main__":
    TARGET.write_text(drawing(), encoding="utf-8")
    print(TARGET)
