# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes solved by Meta's momentum, in an environment of its own (Python 3.12):

    python solve.py TAKES.npz OUT.npz

TAKES: bones (24, 3), parents (24,), joints (K,), offsets (K, 3), and for take i points_i (T, K, 3),
root_i (4,) and place_i (3,), the first frame's root as quaternion (w last) and metres. OUT: for
take i rotations_i (T, 24, 3, 3), in the parents' frames, root_i (T, 3) and seconds_i.

Frame after frame from the frame before, Gauss–Newton by QR with line search, and a weak pull of all
joint angles to rest, without which undetermined twists run away.
"""

import sys
import time

import numpy as np
import pymomentum.geometry as geometry
import pymomentum.solver2 as solver

PULL = 2e-3
ITERATIONS = 10
FIRST_ITERATIONS = 60
N_POSED = 22


def main() -> None:
    """Solve every take of the file."""
    data = np.load(sys.argv[1])
    character = make_character(data["bones"], data["parents"])
    out = {}
    for i in range(int(data["count"])):
        out.update(solve_take(character, data, i))
    np.savez(sys.argv[2], **out)


def make_character(bones: np.ndarray, parents: np.ndarray) -> geometry.Character:
    """The skeleton, its parameters: the root's place, and three angles for each of 22 joints."""
    still = np.array([0.0, 0.0, 0.0, 1.0], np.float32)
    joints = [
        geometry.Joint(f"joint{j}", int(parents[j]), still, bones[j].astype(np.float32))
        for j in range(len(bones))
    ]
    skeleton = geometry.Skeleton(joints)
    count = 3 + 3 * N_POSED
    transform = np.zeros((7 * len(bones), count), np.float32)
    transform[:3, :3] = np.eye(3)
    for j in range(N_POSED):
        for axis in range(3):
            transform[7 * j + 3 + axis, 3 + 3 * j + axis] = 1.0
    names = ["tx", "ty", "tz", *(f"joint{j}_{a}" for j in range(N_POSED) for a in "xyz")]
    return geometry.Character(
        "body", skeleton, geometry.ParameterTransform(names, skeleton, transform)
    )


def solve_take(character: geometry.Character, data: np.lib.npyio.NpzFile, i: int) -> dict:
    """One take."""
    points = data[f"points_{i}"].astype(np.float32)
    parents = data["joints"].astype(np.int32)
    offsets = data["offsets"].astype(np.float32)
    parameters = first_parameters(data, i)
    found = []
    began = time.perf_counter()
    for frame, goal in enumerate(points):
        seen = np.isfinite(goal[:, 0])
        tracks = solver.PositionErrorFunction(character)
        tracks.add_constraints(parents[seen], target=goal[seen], offset=offsets[seen])
        errors = [tracks, pull_to_rest(character, len(parameters))]
        options = solver.GaussNewtonSolverQROptions()
        options.do_line_search = True
        options.max_iterations = ITERATIONS if frame else FIRST_ITERATIONS
        problem = solver.SkeletonSolverFunction(character, errors)
        parameters = solver.GaussNewtonSolverQR(problem, options).solve(parameters)
        found.append(parameters)
    seconds = time.perf_counter() - began
    state = geometry.model_parameters_to_skeleton_state(character, np.stack(found))
    turned = matrices(np.asarray(state)[..., 3:7])
    above = data["parents"].copy()
    above[0] = 0
    local = np.swapaxes(turned[:, above], -1, -2) @ turned
    local[:, 0] = turned[:, 0]
    return {
        f"rotations_{i}": local,
        f"root_{i}": np.asarray(state)[:, 0, :3],
        f"seconds_{i}": np.array(seconds),
    }


def pull_to_rest(character: geometry.Character, count: int) -> solver.ModelParametersErrorFunction:
    """All joints' angles but the root's towards zero."""
    weights = np.ones(count, np.float32)
    weights[:6] = 0.0
    return solver.ModelParametersErrorFunction(
        character, np.zeros(count, np.float32), weights=weights, weight=PULL
    )


def first_parameters(data: np.lib.npyio.NpzFile, i: int) -> np.ndarray:
    """The T-pose set on the first frame: the root's place, and its turn as momentum's angles."""
    parameters = np.zeros(3 + 3 * N_POSED, np.float32)
    parameters[:3] = data[f"place_{i}"] - data["bones"][0]
    m = matrices(data[f"root_{i}"])
    # momentum turns about x first, then y, then z: R = Rz · Ry · Rx
    parameters[3] = np.arctan2(m[2, 1], m[2, 2])
    parameters[4] = np.arcsin(np.clip(-m[2, 0], -1, 1))
    parameters[5] = np.arctan2(m[1, 0], m[0, 0])
    return parameters


def matrices(q: np.ndarray) -> np.ndarray:
    """Quaternions (..., 4), w last, to matrices (..., 3, 3)."""
    x, y, z, w = np.moveaxis(np.asarray(q, np.float64), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.moveaxis(np.array(rows), (0, 1), (-2, -1))


if __name__ == "__main__":
    main()
