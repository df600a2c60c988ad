# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures (PNG) of an evaluation: error by joint, by frame, by clip, and the worst clips in time.

matplotlib is asked for only here, and only when something is drawn.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..files.atomic import write_whole
from ..geometry.skeleton import JOINT_NAMES, N_POSED
from ..runtime.array_types import Floats
from ..runtime.errors import InputError
from .metrics import FAILED, by_frame_index, observed_joints, tenths
from .run import Group
from .scores import Score, by_joint

EDGES: Final = (0, 5, 15, 30, 60, 120, 300, 600, 1200, 2400, 4800, 9600, 19200)
"""Frame indices at which a new bin of the drift begins."""
NAMED: Final = 20
"""Clips that are named in the picture by clip: the worst."""
IN_TIME: Final = 6
"""Clips whose error is drawn frame by frame: the worst."""
_COLOURS: Final = ("#1f5fa8", "#d2691e", "#2e8b57", "#8b2e6b", "#7a7a7a", "#b8a000", "#20a0a8")
_LONGEST: Final = 44
"""Characters of a clip's name that have room."""


@dataclass(frozen=True)
class _Look:
    """How a group is drawn: a colour a method, paler with every stride."""

    label: str
    colour: str
    alpha: float


def draw(groups: list[Group], folder: Path) -> list[Path]:
    """Draw all pictures into a folder, which is made; InputError where matplotlib is absent.

    Every picture shows every group. The worst clips are the first group's, by their mean rotation
    error. Returns the files written.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise InputError(
            f"--plots needs matplotlib ({error}); install it with: pip install -e .[learning]"
        ) from error
    written: list[Path] = []
    for name, fill in PICTURES.items():
        figure: Any = Figure(layout="constrained")
        fill(figure, groups)
        _finish(figure)
        write_whole(folder / name, lambda file, f=figure: f.savefig(file, format="png", dpi=110))
        written.append(folder / name)
    return written


def _finish(figure: Any) -> None:
    for axes in figure.axes:
        axes.grid(color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)


def _draw_joints(figure: Any, groups: list[Group]) -> None:
    """A row a joint, a dot a group; of a single group its swing and twist as well."""
    figure.set_size_inches(9, 8)
    axes = figure.subplots()
    rows = np.arange(N_POSED)
    for group, look in zip(groups, _looks(groups), strict=True):
        angles, swing, twist = by_joint(group.scores).T
        axes.plot(angles, rows, "o", color=look.colour, alpha=look.alpha, ms=8,
                  label=f"{look.label}: mean {angles.mean():.1f}°")  # fmt: skip
        if len(groups) == 1:
            axes.hlines(rows, 0, angles, color=look.colour, alpha=0.35, lw=5)
            axes.plot(swing, rows, "|", color="black", ms=12, mew=2, label="swing (of the bone)")
            axes.plot(twist, rows, "x", color="#c03030", ms=7, mew=2, label="twist (about it)")
    shown = observed_joints(groups[0].conditions.layout)
    names = [
        name if shown[j] else f"{name} (unobserved)" for j, name in enumerate(JOINT_NAMES[:N_POSED])
    ]
    axes.set(xlabel="mean rotation error, degrees", xlim=(0, None), yticks=rows, yticklabels=names)
    axes.invert_yaxis()
    axes.legend(loc="lower right")
    figure.suptitle(f"Rotation error by joint – {_told(groups)}")


def _draw_frames(figure: Any, groups: list[Group]) -> None:
    """Drift: by frame index, and by tenth of the take."""
    figure.set_size_inches(12, 8)
    panels = figure.subplots(2, 2, sharey="row")
    measures: tuple[tuple[str, Callable[[Score], Floats]], ...] = (
        ("mean rotation error, degrees", mean_angles),
        ("MPJPE, mm", lambda s: s.mpjpe),
    )
    for (index, part), (unit, measure) in zip(panels, measures, strict=True):
        for group, look in zip(groups, _looks(groups), strict=True):
            style = {"color": look.colour, "alpha": look.alpha, "marker": "o", "label": look.label}
            values = [measure(s) for s in group.scores]
            bins = by_frame_index(values, EDGES)
            index.plot([max(b[0], 1) for b in bins], [b[2] for b in bins], **style)
            means = tenths(values)
            if means is not None:
                part.plot(np.arange(1, 11), means, **style)
        index.set(ylabel=unit, ylim=(0, None), xscale="log")
        part.set(xticks=range(1, 11))
    panels[0][0].set_title("by frame of the clip")
    panels[0][1].set_title("by tenth of the clip (clips of 10 frames and more)")
    panels[1][0].set_xlabel("from this frame to the next mark")
    panels[1][1].set_xlabel("tenth")
    panels[0][0].legend()
    figure.suptitle(f"Error over time – {_told(groups)}")


def _draw_clips(figure: Any, groups: list[Group]) -> None:
    """All clips in order of their error, and the names of the worst."""
    worst = _worst(groups[0], NAMED)
    figure.set_size_inches(14, max(5.0, 1.6 + 0.3 * len(worst)))
    every, named = figure.subplots(1, 2, width_ratios=(1, 1.2))
    rows = np.arange(len(worst))
    for group, look in zip(groups, _looks(groups), strict=True):
        means = np.sort([_mean(s) for s in group.scores])
        every.plot(np.arange(1, len(means) + 1), means, marker=".", color=look.colour,
                   alpha=look.alpha, label=look.label)  # fmt: skip
        by_name = {s.name: mean_angles(s) for s in group.scores}
        angles = [by_name.get(s.name, np.full(1, np.nan)) for s in worst]
        named.plot([a.mean() for a in angles], rows, "o", color=look.colour, alpha=look.alpha,
                   label=f"{look.label}: mean of the clip")  # fmt: skip
        if group is groups[0]:
            high = [float(np.percentile(a, 95)) for a in angles]
            named.hlines(rows, [a.mean() for a in angles], high, color=look.colour, alpha=0.4, lw=4,
                         label="up to its 95th percentile of frames")  # fmt: skip
    every.set(xlabel="clips, in order of their error", ylabel="mean rotation error, degrees",
              ylim=(0, None), title=f"all {len(groups[0].scores)} clips")  # fmt: skip
    every.legend()
    names = [f"{_short(s.name)}  ({s.frames} frames)" for s in worst]
    named.set(xlabel="rotation error, degrees", xlim=(0, None), yticks=rows, yticklabels=names,
              title=f"the worst {len(worst)} of {_looks(groups)[0].label}")  # fmt: skip
    named.invert_yaxis()
    named.legend(loc="lower right")
    figure.suptitle(f"Rotation error by clip – {_told(groups)}")


def _draw_worst(figure: Any, groups: list[Group]) -> None:
    """The worst clips, frame by frame."""
    worst = _worst(groups[0], IN_TIME)
    figure.set_size_inches(14, 2.6 * -(-len(worst) // 2) + 1)
    panels = figure.subplots(-(-len(worst) // 2), 2, squeeze=False).ravel()
    for axes in panels[len(worst) :]:
        axes.remove()
    for axes, one in zip(panels, worst, strict=False):
        for group, look in zip(groups, _looks(groups), strict=True):
            for s in group.scores:
                if s.name == one.name:
                    axes.plot(mean_angles(s), color=look.colour, alpha=look.alpha, lw=1.2,
                              label=look.label)  # fmt: skip
        frame = int(np.argmax(mean_angles(one)))
        joint = int(np.argmax(one.angles[frame]))
        axes.plot(frame, mean_angles(one)[frame], "v", color="black", ms=7)
        axes.axhline(FAILED, color="#c03030", lw=0.8, ls="--")
        axes.set(ylim=(0, None), ylabel="degrees", xlabel="frame")
        axes.set_title(
            f"{_short(one.name)}\nworst: frame {frame}, {JOINT_NAMES[joint]} "
            f"{one.angles[frame, joint]:.0f}°", fontsize=10,
        )  # fmt: skip
    panels[0].legend(fontsize=8)
    figure.suptitle(
        f"Mean rotation error of the worst clips of {_looks(groups)[0].label}; "
        f"dashed: {FAILED:.0f}°, failed – {_told(groups)}"
    )


def _draw_shares(figure: Any, groups: list[Group]) -> None:
    """How many frames are better than so many degrees and millimetres."""
    figure.set_size_inches(11, 4.8)
    angles, places = figure.subplots(1, 2, sharey=True)
    for group, look in zip(groups, _looks(groups), strict=True):
        style = {"color": look.colour, "alpha": look.alpha, "label": look.label}
        for axes, values in (
            (angles, np.concatenate([mean_angles(s) for s in group.scores])),
            (places, np.concatenate([s.mpjpe for s in group.scores])),
        ):
            axes.plot(np.sort(values), np.linspace(0, 100, len(values)), **style)
    angles.axvline(FAILED, color="#c03030", lw=0.8, ls="--")
    angles.set(xlabel="mean rotation error of a frame, degrees", ylabel="% of frames below",
               xscale="log", ylim=(0, 100))  # fmt: skip
    places.set(xlabel="MPJPE of a frame, mm", xscale="log")
    angles.legend()
    figure.suptitle(f"Share of frames under an error; dashed: {FAILED:.0f}° – {_told(groups)}")


PICTURES: Final[dict[str, Callable[[Any, list[Group]], None]]] = {
    "by_joint.png": _draw_joints,
    "by_frame.png": _draw_frames,
    "by_clip.png": _draw_clips,
    "worst_clips.png": _draw_worst,
    "shares.png": _draw_shares,
}


def mean_angles(one: Score) -> Floats:
    """(T,) degrees: each frame's mean rotation error."""
    return one.angles.mean(axis=1)


def _mean(one: Score) -> float:
    return float(one.angles.mean())


def _worst(group: Group, count: int) -> list[Score]:
    return sorted(group.scores, key=_mean, reverse=True)[:count]


def _looks(groups: list[Group]) -> list[_Look]:
    methods = list(dict.fromkeys(g.method for g in groups))
    strides = sorted({g.stride or 0 for g in groups})
    return [
        _Look(
            g.method if g.stride is None else f"{g.method}, stride {g.stride}",
            _COLOURS[methods.index(g.method) % len(_COLOURS)],
            1.0 - 0.75 * strides.index(g.stride or 0) / len(strides),
        )
        for g in groups
    ]


def _told(groups: list[Group]) -> str:
    """What was measured, for titles."""
    one = groups[0]
    parts = [one.conditions.layout.name, one.protocol]
    if one.conditions.noise_mm:
        parts.append(f"{one.conditions.noise_mm:g} mm noise")
    if one.conditions.dropout:
        parts.append(f"{100 * one.conditions.dropout:g}% missing")
    return ", ".join(parts)


def _short(name: str) -> str:
    name = name.removesuffix(".npz")
    return name if len(name) <= _LONGEST else f"…{name[1 - _LONGEST :]}"
