# SPDX-License-Identifier: GPL-3.0-or-later
"""Motive's local bones are composed along the parents that the file says, or refused."""

import numpy as np

from lsmplify_core.geometry.rotations import matrix_to_quaternion, quaternion_to_matrix
from lsmplify_core.reading.systems.motive_local import global_places, parents_of

BONES = {"Ana:Hip": [0, 1, 2], "Ana:Ab": [3, 4, 5], "Ana:Chest": [6, 7, 8]}
TURNS = {"Ana:Hip": [9, 10, 11, 12], "Ana:Ab": [13, 14, 15, 16], "Ana:Chest": [17, 18, 19, 20]}


def header(*parents: str) -> list[list[str]]:
    return [["", "Name"], ["", "Parent", *parents]]


def test_parents_are_names_of_the_same_skeleton() -> None:
    bones = {n: [2 + 3 * i, 3 + 3 * i, 4 + 3 * i] for i, n in enumerate(BONES)}
    cells = [p for p in ("", "Hip", "Ab") for _ in range(3)]
    assert parents_of(header(*cells), bones) == {
        "Ana:Hip": "", "Ana:Ab": "Ana:Hip", "Ana:Chest": "Ana:Ab",
    }  # fmt: skip
    by_skeleton = [p for p in ("", "Ana", "Ana:Ab") for _ in range(3)]
    assert parents_of(header(*by_skeleton), bones) == parents_of(header(*cells), bones)
    assert parents_of([["", "Name"]], bones) is None
    assert parents_of(header(*[p for p in ("", "Tail", "Ab") for _ in range(3)]), bones) is None


def test_places_are_composed_in_the_parents_frames() -> None:
    random = np.random.default_rng(0)
    quaternions = random.standard_normal((5, 3, 4))
    quaternions /= np.linalg.norm(quaternions, axis=-1, keepdims=True)
    local = random.standard_normal((5, 3, 3))
    data = np.concatenate(
        [local.reshape(5, -1), quaternions[..., [1, 2, 3, 0]].reshape(5, -1)], axis=1
    )
    parents = {"Ana:Chest": "Ana:Ab", "Ana:Ab": "Ana:Hip", "Ana:Hip": ""}
    found = global_places(data, BONES, parents, TURNS)
    turn = quaternion_to_matrix(quaternions)
    ab = local[:, 0] + np.einsum("tij,tj->ti", turn[:, 0], local[:, 1])
    both = turn[:, 0] @ turn[:, 1]
    assert found is not None
    np.testing.assert_allclose(found[:, 1], ab)
    np.testing.assert_allclose(found[:, 2], ab + np.einsum("tij,tj->ti", both, local[:, 2]))
    np.testing.assert_allclose(
        np.abs(np.sum(matrix_to_quaternion(turn) * quaternions, axis=-1)), 1.0
    )


def test_circles_and_missing_rotations_are_not_composed() -> None:
    data = np.zeros((2, 21))
    circle = {"Ana:Hip": "Ana:Ab", "Ana:Ab": "Ana:Hip", "Ana:Chest": ""}
    assert global_places(data, BONES, circle, TURNS) is None
    line = {"Ana:Hip": "", "Ana:Ab": "Ana:Hip", "Ana:Chest": "Ana:Ab"}
    assert global_places(data, BONES, line, {"Ana:Hip": TURNS["Ana:Hip"]}) is None
