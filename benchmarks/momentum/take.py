# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes handed to momentum's environment and back."""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from lsmplify_core.body.body import default_body
from lsmplify_core.body.markers import MarkerObservations
from lsmplify_core.evaluation.answers import Answer
from lsmplify_core.evaluation.takes import Take, keypoints
from lsmplify_core.geometry.rotations import matrix_to_quaternion
from lsmplify_core.geometry.skeleton import PARENTS
from lsmplify_core.ik.root_alignment import align_root
from lsmplify_core.motion.motion import Motion

PYTHON = Path(__file__).parents[2] / "build/momentum/bin/python"
SCRIPT = Path(__file__).with_name("solve.py")


def available() -> bool:
    """Whether `make momentum` has made the environment."""
    return PYTHON.is_file()


def solve_all(takes: list[Take]) -> list[Answer]:
    """Every take by momentum, which is given the true body and starts at the T-pose set on the
    first frame, as the other methods do. All takes share layout and body (the default one)."""
    layout, body = takes[0].layout, default_body()
    files = {
        "bones": body.offsets, "parents": np.array([-1, *PARENTS[1:]]),
        "joints": layout.joints, "offsets": layout.offsets, "count": np.array(len(takes)),
    }  # fmt: skip
    for i, take in enumerate(takes):
        points = take.tracks.positions
        first = MarkerObservations(
            body.offsets, layout.joints, layout.offsets, np.nan_to_num(points[:1]),
            np.isfinite(points[:1, :, 0]).astype(float),
        )  # fmt: skip
        state = align_root(np.broadcast_to(np.eye(3), (1, 24, 3, 3)), first)
        turn = matrix_to_quaternion(state.rotations[0, 0])
        files |= {
            f"points_{i}": points, f"root_{i}": np.roll(turn, -1), f"place_{i}": state.root[0]
        }  # fmt: skip
    with TemporaryDirectory() as folder:
        given, found = Path(folder) / "takes.npz", Path(folder) / "out.npz"
        np.savez(given, **files)
        subprocess.run([PYTHON, SCRIPT, given, found], check=True)
        with np.load(found) as data:
            return [_answer(take, data, i) for i, take in enumerate(takes)]


def _answer(take: Take, data: np.lib.npyio.NpzFile, i: int) -> Answer:
    motion = Motion(
        data[f"rotations_{i}"], data[f"root_{i}"].astype(np.float64), take.tracks.rate,
        default_body(),
    )  # fmt: skip
    return Answer(motion, keypoints(motion, take.layout), float(data[f"seconds_{i}"]))
