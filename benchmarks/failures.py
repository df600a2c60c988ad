# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture of what the solver gets wrong: for each kind of failure its worst frame in motion/test.

`python benchmarks/failures.py [OUT.png] [SUBSET]` writes docs/images/failures.png if not told
otherwise. The truth stands to the left, ours to the right, with the tracks that ours was given; the
joint in question, if it is one, is ringed. BODY_25, the points alone. Clips are searched for the
worst frames of: the wrists, which no point shows; the upper arm's twist while the elbow is nearly
straight; the trunk; and all joints together. One clip, whose truth bends elbows backwards, is
looked at by itself.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from common import ROOT, SHARED, absent

from lsmplify_core.body.mannequin import mannequin, skin
from lsmplify_core.datasets import find_sources
from lsmplify_core.evaluation import metrics
from lsmplify_core.evaluation.clips import load_clips
from lsmplify_core.evaluation.methods import find_method
from lsmplify_core.evaluation.takes import Take, make_take
from lsmplify_core.files.atomic import write_whole
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import Motion
from lsmplify_core.runtime.array_types import Floats

DATA = SHARED / "motion" / "test"
OUT = ROOT / "docs" / "images" / "failures.png"
ARTEFACT = "cmu/13_18"
"""The clip whose truth bends its elbows backwards."""
COLUMNS = 2
STRAIGHT = 25.0
"""Degrees of bend up to which an elbow counts as straight."""
LIGHT = np.array([0.3, 0.5, 0.8]) / np.linalg.norm([0.3, 0.5, 0.8])
TRUTH, OURS, DOT = (0.62, 0.68, 0.76), (0.93, 0.62, 0.32), "#c03030"


@dataclass(frozen=True)
class Solved:
    """A clip's truth and what was found. angles, swing, twist: (T, 22) degrees. bend: (T, 2), the
    elbows'."""

    take: Take
    found: Motion
    angles: Floats
    swing: Floats
    twist: Floats
    bend: Floats


@dataclass(frozen=True)
class Case:
    """title: of the picture. joints: to look at. size: of what goes wrong, (T, joints) degrees, -1
    where a frame is not of this kind. reach: metres shown around the joint. artefact: looked for in
    the clip whose truth is wrong, else in all others."""

    title: str
    joints: tuple[str, ...]
    size: Callable[[Solved, list[int]], Floats]
    reach: float
    artefact: bool = False


def whole(s: Solved, joints: list[int]) -> Floats:
    """The joints' error."""
    return s.angles[:, joints]


def straight_twist(s: Solved, joints: list[int]) -> Floats:
    """Twist where the elbow below is nearly straight."""
    return np.where(s.bend < STRAIGHT, s.twist[:, joints], -1.0)


def of_all(s: Solved, joints: list[int]) -> Floats:
    """The mean over all joints."""
    del joints
    return s.angles.mean(axis=1)[:, None]


CASES = (
    Case("wrist, which no point shows", ("L_Wrist", "R_Wrist"), whole, 0.3),
    Case("upper arm's twist, elbow straight", ("L_Shoulder", "R_Shoulder"), straight_twist, 0.4),
    Case("trunk", ("Spine1", "Spine2", "Spine3"), whole, 0.55),
    Case("elbow in a truth that bends it backwards", ("L_Elbow", "R_Elbow"), whole, 0.45, True),
    Case("all joints together", ("Pelvis",), of_all, 1.0),
    Case("all joints, truth with elbows backwards", ("Pelvis",), of_all, 1.0, True),
)


def main() -> int:
    """Search and draw."""
    if not DATA.is_dir():
        absent("failures", DATA)
        return 0
    words = sys.argv[1:]
    out = Path(words[0]) if words else OUT
    worst: dict[str, tuple[float, Solved, int, int]] = {}
    for source in find_sources(DATA, words[1] if len(words) > 1 else ""):
        for clip in load_clips(source):
            solved = solve_one(make_take(clip, load_layout("BODY_25")))
            for case in CASES:
                if case.artefact != (ARTEFACT in clip.name):
                    continue
                joints = [JOINT_INDEX[name] for name in case.joints]
                size = case.size(solved, joints)
                frame, column = np.unravel_index(int(np.argmax(size)), size.shape)
                most = float(size[frame, column])
                if most > worst.get(case.title, (0.0,))[0]:
                    worst[case.title] = (most, solved, int(frame), joints[int(column)])
    for title, (most, solved, frame, joint) in worst.items():
        print(f"{title}: {most:.0f}°, {solved.take.name}, frame {frame}, joint {joint}")
    draw([(case, *worst[case.title]) for case in CASES if case.title in worst], out)
    return 0


def solve_one(take: Take) -> Solved:
    """Ours on a take, and its errors."""
    found, truth = find_method("default")(take).motion, take.truth
    swing, twist = metrics.swing_twist_errors(found.rotations, truth.rotations, truth.body.offsets)
    elbows = [JOINT_INDEX["L_Elbow"], JOINT_INDEX["R_Elbow"]]
    trace = np.trace(truth.rotations[:, elbows], axis1=-2, axis2=-1)
    bend = np.degrees(np.arccos(np.clip((trace - 1) / 2, -1, 1)))
    angles = metrics.geodesic(found.rotations, truth.rotations)
    return Solved(take, found, angles, swing, twist, bend)


def draw(cases: list[tuple[Case, float, Solved, int, int]], out: Path) -> None:
    """A panel a case, two figures in each."""
    from matplotlib.figure import Figure

    rows = -(-len(cases) // COLUMNS)
    figure: Any = Figure(figsize=(4.6 * COLUMNS, 2.8 * rows + 0.4), layout="constrained")
    panels = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for axes in panels[len(cases) :]:
        axes.axis("off")
    for axes, (case, most, solved, frame, joint) in zip(panels, cases, strict=False):
        panel(axes, case, solved, frame, joint)
        name = solved.take.name.removesuffix(".npz")
        short = name if len(name) < 34 else f"{name.split('/')[0]}/…{name[-26:]}"
        axes.set_title(f"{case.title}: {most:.0f}°\n{short}, frame {frame}", fontsize=9)
    figure.suptitle("The worst frame of each kind: truth (grey) and ours (orange), tracks in red")
    data = BytesIO()
    figure.savefig(data, format="png", dpi=84, pil_kwargs={"optimize": True})
    write_whole(out, lambda file: file.write(data.getvalue()))
    print(f"{out}: {len(data.getvalue()) / 1000:.0f} kB")


def panel(axes: Any, case: Case, solved: Solved, frame: int, joint: int) -> None:
    """Truth and ours beside each other, seen from where they differ most."""
    truth, found = (m.between(frame, frame + 1) for m in (solved.take.truth, solved.found))
    centre = truth.joints()[0, joint]
    meshes = [posed(m) - centre for m in (truth, found)]
    tracks = solved.take.tracks.positions[frame] - centre
    view = best_view(*meshes, case.reach)
    for place, (vertices, motion, colour) in enumerate(
        zip(meshes, (truth, found), (TRUTH, OURS), strict=True)
    ):
        shift = (2 * place - 1) * case.reach
        paint(axes, vertices @ view.T, motion, colour, shift, case.reach)
        at = (motion.joints()[0, joint] - centre) @ view.T
        if len(case.joints) > 1:
            axes.plot(at[0] + shift, at[1], "o", ms=16, mfc="none", mec="black", mew=0.8, zorder=4)
        if place:
            seen = tracks @ view.T
            near = np.abs(seen[:, :2]).max(axis=1) < case.reach
            axes.plot(seen[near, 0] + shift, seen[near, 1], ".", color=DOT, ms=5, zorder=5)
    axes.set(xlim=(-2 * case.reach, 2 * case.reach), ylim=(-case.reach, case.reach), aspect="equal")
    axes.axis("off")


def posed(motion: Motion) -> Floats:
    """(V, 3) the mannequin of a motion of one frame, world."""
    body = motion.body
    return skin(mannequin(body), body, motion.rotations, motion.root)[0]


def best_view(truth: Floats, found: Floats, reach: float) -> Floats:
    """(3, 3) rows right, up and towards the eye: of sixteen ways round, the one that shows most of
    the difference near the joint."""
    near = np.linalg.norm(truth, axis=1) < 0.6 * reach
    apart = (found - truth)[near]
    views: list[Floats] = []
    for turn in np.linspace(0, 2 * np.pi, 16, endpoint=False):
        back = np.array([np.cos(turn) * 0.94, np.sin(turn) * 0.94, 0.34])
        right = np.cross([0.0, 0.0, 1.0], back)
        right /= np.linalg.norm(right)
        views.append(np.stack((right, np.cross(back, right), back)))
    return max(views, key=lambda v: visible(v, apart, truth, near))


def visible(view: Floats, apart: Floats, truth: Floats, near: Any) -> float:
    """How much of the difference lies across the view, less where the rest of the body is in
    front."""
    across = np.linalg.norm(apart @ view[:2].T, axis=1).mean()
    before = truth[near].mean(axis=0) @ view[2] - truth.mean(axis=0) @ view[2]
    return float(across * (1.0 + np.clip(before, -0.5, 0.5)))


def paint(
    axes: Any, seen: Floats, motion: Motion, colour: tuple[float, ...], shift: float, reach: float
) -> None:
    """Faces from the back to the front, lit from above; what lies outside the reach is left out."""
    from matplotlib.collections import PolyCollection

    faces = [seen[list(face)] for face in mannequin(motion.body).faces]
    faces = [f for f in faces if np.abs(f[:, :2]).max() < reach]
    faces.sort(key=lambda f: float(f[:, 2].mean()))
    normals = np.array([np.cross(f[1] - f[0], f[2] - f[0]) for f in faces])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-12
    keep = normals[:, 2] > 0
    light = 0.35 + 0.65 * np.clip(normals @ LIGHT, 0, 1)
    colours = np.clip(light[:, None] * np.array(colour) * 1.15, 0, 1)
    shapes = [f[:, :2] + [shift, 0.0] for f, k in zip(faces, keep, strict=True) if k]
    axes.add_collection(
        PolyCollection(shapes, facecolors=colours[keep], edgecolors=colours[keep], linewidths=0.3)
    )


if __name__ == "__main__":
    raise SystemExit(main())
