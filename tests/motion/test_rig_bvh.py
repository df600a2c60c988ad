# SPDX-License-Identifier: GPL-3.0-or-later
"""BVH of any rig, read back."""

import numpy as np

from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.motion.rig_bvh import SampledRig, rig_bvh_text
from lsmplify_core.reading.bvh import load_bvh


def _poses(parents, frames=5):
    """A chain of bones, or several, turning."""
    count = len(parents)
    heads = np.cumsum(np.full((count, 3), [0.1, 0.05, 0.3]), axis=0)
    rng = np.random.default_rng(1)
    turns = axis_angle_to_matrix(rng.normal(0, 0.5, (frames, count, 3)))
    places = np.empty((frames, count, 3))
    for j, p in enumerate(parents):
        places[:, j] = heads[j] + 0.01 * np.arange(frames)[:, None] if p < 0 else (
            places[:, p] + turns[:, p] @ (heads[j] - heads[p])
        )  # fmt: skip
    return SampledRig([f"bone {i}" for i in range(count)], parents, heads, heads + 0.1, turns,
                      places, 24.0)  # fmt: skip


def _read(text, path):
    path.write_text(text)
    motion = load_bvh(path)
    turns, places = motion.world()
    to_z = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
    return motion, to_z @ turns @ to_z.T, places @ to_z.T


def test_a_chain_comes_back(tmp_path):
    poses = _poses([-1, 0, 1, 1])
    motion, turns, places = _read(rig_bvh_text(poses), tmp_path / "a.bvh")
    at = [motion.names.index(f"bone_{i}") for i in range(4)]
    assert np.abs(places[:, at] - poses.places).max() < 1e-5
    assert np.abs(turns[:, at] - poses.turns).max() < 1e-5
    assert abs(motion.rate - 24.0) < 1e-3


def test_bones_without_a_parent_hang_on_one_root(tmp_path):
    poses = _poses([-1, 0, -1, 2])
    motion, _, places = _read(rig_bvh_text(poses), tmp_path / "a.bvh")
    at = [motion.names.index(f"bone_{i}") for i in range(4)]
    assert motion.names[0] == "Root"
    assert np.abs(places[:, at] - poses.places).max() < 1e-5


def test_a_bone_that_moves_in_its_parent_gets_positions(tmp_path):
    poses = _poses([-1, 0, 1])
    poses.places[:, 2] += np.linspace(0, 0.2, 5)[:, None]
    motion, _, places = _read(rig_bvh_text(poses), tmp_path / "a.bvh")
    assert np.abs(places[:, motion.names.index("bone_2")] - poses.places[:, 2]).max() < 1e-5
