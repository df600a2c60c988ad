# SPDX-License-Identifier: GPL-3.0-or-later
"""Forearms and feet before and after the anatomical convention, as a picture, and the figures of
real takes with and without it.

    python benchmarks/convention.py PICTURE.png
"""

import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from common import SHARED, absent, publish
from failures import best_view, paint, posed

from lsmplify_core.anatomy.figures import anatomy, summary
from lsmplify_core.evaluation.tables import text_table
from lsmplify_core.files.atomic import write_whole
from lsmplify_core.geometry.rotations import angle_between
from lsmplify_core.geometry.skeleton import JOINT_INDEX
from lsmplify_core.ik.fit_problem import SolveSettings
from lsmplify_core.pipeline import Solution, solve
from lsmplify_core.reading import read_tracks
from lsmplify_core.runtime.errors import InputError

FILES = (
    "cmu_dribble_shoot_basketball.c3d", "pycgm_Movement_trial.c3d", "cmu_02_05.c3d", "squat.c3d",
    "nick_freeform_001.c3d", "opensim_walking2.c3d", "opencap_sample_markers.trc",
    "Pose2Sim_markers.trc",
)  # fmt: skip
"""Real takes with whole bodies."""
SHOWN = (("L_Wrist", 0.28), ("R_Wrist", 0.28), ("L_Foot", 0.24), ("R_Foot", 0.24))
"""Joints that the picture shows, and metres about them."""
BEFORE, AFTER = (0.62, 0.62, 0.62), (0.93, 0.62, 0.30)


def main() -> None:
    """One line a file and convention; the picture of the first two where a path is given."""
    data = SHARED / "markers"
    if not data.is_dir():
        absent("convention", data)
        return
    rows: list[dict[str, Any]] = []
    pairs: list[tuple[str, Solution, Solution]] = []
    for name in FILES[: 2 if len(sys.argv) > 1 else None]:
        try:
            tracks = read_tracks(data / name)
            kept, found = (
                solve(tracks, settings=replace(SolveSettings(), convention=c))
                for c in ("keep", "anatomical")
            )
        except InputError as error:
            print(f"{name}: {error}")
            continue
        rows += [row(name, "keep", kept), row(name, "anatomical", found)]
        pairs.append((name, kept, found))
    head = [key.removesuffix("_deg") for key in rows[0]]
    lines = [[v if isinstance(v, str) else shown(v) for v in r.values()] for r in rows]
    publish("convention", text_table(head, lines), rows)
    if len(sys.argv) > 1:
        draw(pairs, Path(sys.argv[1]))


def row(name: str, convention: str, solution: Solution) -> dict[str, Any]:
    """A line of the table."""
    m, report = solution.motion, solution.report
    return {
        "file": name,
        "convention": convention,
        "track_error_mm": report["track_error_mm"]["mean"],
        "jitter_km_s3": report["joint_jitter_km_s3"],
        **summary([anatomy(m.rotations, m.body.offsets, m.root, m.rate)]),
    }


def shown(value: float | None) -> str:
    """Two digits, or a dash."""
    return "–" if value is None else f"{value:.2f}"


def draw(pairs: list[tuple[str, Solution, Solution]], out: Path) -> None:
    """Each joint of SHOWN in the frame in which the convention changes it most, before and
    after."""
    from matplotlib.figure import Figure

    figure: Any = Figure(figsize=(4 * len(SHOWN), 2.4 * len(pairs) + 0.4), layout="constrained")
    panels = figure.subplots(len(pairs), len(SHOWN), squeeze=False)
    for line, (name, kept, found) in zip(panels, pairs, strict=True):
        for axes, (joint, reach) in zip(line, SHOWN, strict=True):
            index = JOINT_INDEX[joint]
            apart = angle_between(kept.motion.rotations[:, index], found.motion.rotations[:, index])
            frame = int(np.argmax(apart))
            before, after = (s.motion.between(frame, frame + 1) for s in (kept, found))
            centre = after.joints()[0, index]
            meshes = [posed(m) - centre for m in (before, after)]
            view = best_view(meshes[0], meshes[1], reach)
            for place, (mesh, motion, colour) in enumerate(
                zip(meshes, (before, after), (BEFORE, AFTER), strict=True)
            ):
                paint(axes, mesh @ view.T, motion, colour, (2 * place - 1) * reach, reach)
            axes.set(xlim=(-2 * reach, 2 * reach), ylim=(-reach, reach), aspect="equal")
            axes.axis("off")
            axes.set_title(f"{name.split('.')[0]}\n{joint}, frame {frame}", fontsize=8)
    figure.suptitle("Before (grey) and in the anatomical convention (orange)", fontsize=10)
    data = BytesIO()
    figure.savefig(data, format="png", dpi=84, pil_kwargs={"optimize": True})
    write_whole(out, lambda file: file.write(data.getvalue()))


if __name__ == "__main__":
    main()
