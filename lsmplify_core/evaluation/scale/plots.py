# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures (PNG) of a benchmark: curves over frames, tracks, people and threads, and the stages.

matplotlib is asked for only here, and only when something is drawn.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from ...files.atomic import write_whole
from ...runtime.errors import InputError

_COLOURS: Final = ("#1f5fa8", "#d2691e", "#2e8b57", "#8b2e6b", "#7a7a7a", "#b8a000", "#20a0a8",
                   "#c03030", "#4b4b9b", "#5f7a1f", "#a05f9b", "#333333")  # fmt: skip


def draw(found: dict[str, Any], folder: Path) -> list[Path]:
    """Draw every part that was measured into a folder, which is made; returns the files written.

    Raises:
        InputError: matplotlib is absent.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise InputError(
            f"--plots needs matplotlib ({error}); install it with: pip install -e .[learning]"
        ) from error
    written: list[Path] = []
    for name in (part for part in PICTURES if part in found):
        figure: Any = Figure(figsize=(10, 4), layout="constrained")
        PICTURES[name](figure, found)
        for axes in figure.axes:
            axes.grid(color="#dddddd", linewidth=0.6)
            axes.set_axisbelow(True)
            axes.spines[["top", "right"]].set_visible(False)
        path = folder / f"speed_by_{name}.png"
        write_whole(path, lambda file, f=figure: f.savefig(file, format="png", dpi=110))
        written.append(path)
    return written


def _curve(field: str, log: bool) -> Callable[[Any, dict[str, Any]], None]:
    """Frames per second and memory over one field."""

    def fill(figure: Any, found: dict[str, Any]) -> None:
        rows = found[field]
        speed, memory = figure.subplots(1, 2)
        values = [r[field] for r in rows]
        if not _busy(found):
            speed.plot(values, [r["frames_per_second"] for r in rows], "o-", color=_COLOURS[0],
                       label="by the clock, all threads")  # fmt: skip
        speed.plot(values, [1e6 / r["processor_us_a_frame"] for r in rows], "o--",
                   color=_COLOURS[2], label="for a second of processor time")  # fmt: skip
        speed.set(xlabel=field, ylabel="frames", ylim=(0, None))
        speed.legend(fontsize=8)
        known = [r for r in rows if r["peak_mb"] is not None]
        memory.plot([r[field] for r in known], [r["peak_mb"] for r in known], "o-",
                    color=_COLOURS[1])  # fmt: skip
        memory.set(xlabel=field, ylabel="peak memory of the process, MB", ylim=(0, None))
        for axes in (speed, memory):
            axes.set_xscale("log" if log else "linear")
        figure.suptitle(_title(f"By {field}", found))

    return fill


def _stages(figure: Any, found: dict[str, Any]) -> None:
    """A bar a layout, made of the stages that took a thousandth of it or more."""
    axes = figure.subplots()
    rows = found["stages"]
    names = sorted({s for r in rows for s, t in r["by_stage"].items() if t > 1e-3 * r["seconds"]},
                   key=lambda s: -max(r["by_stage"].get(s, 0.0) for r in rows))  # fmt: skip
    spent = "processor" if _busy(found) else "seconds"
    for place, row in enumerate(rows):
        left = 0.0
        for number, name in enumerate(names):
            share = row["by_stage"].get(name, 0.0) / row["seconds"]
            width = 1e6 * share * row[spent] / (row["frames"] * row["people"])
            axes.barh(place, width, left=left, color=_COLOURS[number % len(_COLOURS)],
                      label=name if place == 0 else None)  # fmt: skip
            left += width
    axes.set(yticks=range(len(rows)), yticklabels=[r["layout"] for r in rows],
             xlabel="microseconds a frame "
             + ("of processor time" if _busy(found) else "by the clock"))  # fmt: skip
    axes.legend(ncols=4, fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    figure.suptitle(_title("Stages of a whole job", found))


def _busy(found: dict[str, Any]) -> bool:
    """Whether others had the machine's cores too, so that the clock says little: processor time is
    drawn then."""
    machine = found["machine"]
    return machine["load"] is not None and machine["load"] > (machine["cores"] or 1)


def _title(what: str, found: dict[str, Any]) -> str:
    machine = found["machine"]
    load = "" if machine["load"] is None else f", load {machine['load']:g}"
    return f"{what} – {machine['cores']} cores{load}"


PICTURES: Final[dict[str, Callable[[Any, dict[str, Any]], None]]] = {
    "stages": _stages,
    "frames": _curve("frames", log=True),
    "tracks": _curve("tracks", log=False),
    "people": _curve("people", log=False),
    "threads": _curve("threads", log=False),
}
