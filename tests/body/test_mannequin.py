# SPDX-License-Identifier: GPL-3.0-or-later
"""The mannequin: closed, outward, person-sized, and moving with its joints."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from lsmplify_core.body.body import REGION_NAMES, Body, default_body, region_scales
from lsmplify_core.body.mannequin import Mannequin, mannequin, skin, welded_mannequin
from lsmplify_core.geometry.kinematics import forward
from lsmplify_core.geometry.rotations import axis_angle_to_matrix
from lsmplify_core.geometry.skeleton import JOINT_INDEX, MIRROR


def bodies() -> list[Body]:
    """The default body and some of other sizes and proportions."""
    default = default_body()
    random = np.random.default_rng(4)
    others = [
        default.scaled(region_scales(1 + 0.15 * random.standard_normal(len(REGION_NAMES))))
        for _ in range(3)
    ]
    return [default, default.scaled(np.full(24, 0.6)), default.scaled(np.full(24, 1.2)), *others]


def volume(mesh: Mannequin) -> float:
    """Signed volume in m³ by the divergence theorem, face by face."""
    total = 0.0
    for face in mesh.faces:
        a = mesh.vertices[face[0]]
        for i, j in pairwise(face[1:]):
            total += float(np.dot(a, np.cross(mesh.vertices[i], mesh.vertices[j]))) / 6
    return total


def parts(mesh: Mannequin) -> list[Mannequin]:
    """The connected pieces."""
    label = np.arange(len(mesh.vertices))
    changed = True
    while changed:
        changed = False
        for face in mesh.faces:
            low = label[list(face)].min()
            if (label[list(face)] != low).any():
                label[list(face)] = low
                changed = True
    return [
        Mannequin(
            mesh.vertices, [f for f in mesh.faces if label[f[0]] == k], mesh.joint, mesh.weights
        )
        for k in np.unique(label)
    ]


BOTH = pytest.mark.parametrize("make", [mannequin, welded_mannequin])
"""The figure that is measured, and the one that is drawn."""


@BOTH
def test_every_edge_has_one_face_on_each_side(make) -> None:
    mesh = make(default_body())
    edges = Counter(
        (face[i], face[(i + 1) % len(face)]) for face in mesh.faces for i in range(len(face))
    )
    assert max(edges.values()) == 1
    assert all((b, a) in edges for a, b in edges)


@pytest.mark.parametrize(("make", "count"), [(mannequin, 10), (welded_mannequin, 8)])
def test_every_piece_faces_outwards(make, count) -> None:
    pieces = parts(make(default_body()))
    assert len(pieces) == count  # torso, head, and legs, feet, arms, thumbs in pairs
    assert all(volume(piece) > 0 for piece in pieces)


def test_trunk_and_legs_are_one_surface_without_an_edge() -> None:
    """Around the hips no two faces that meet lean to each other by much, at rest; the pieces of
    the other figure cut each other there."""
    body = default_body()
    mesh = welded_mannequin(body)
    trunk = max(parts(mesh), key=lambda piece: len(piece.faces))
    inside = {i for face in trunk.faces for i in face}
    moved = {JOINT_INDEX[n] for n in ("Spine2", "Pelvis", "L_Hip", "R_Knee")}
    assert moved <= {int(mesh.joint[i]) for i in inside}
    normals, across = {}, []
    for face in trunk.faces:
        corners = mesh.vertices[list(face)]
        normal = np.cross(corners[2] - corners[0], corners[-1] - corners[1])
        normal = normal / np.linalg.norm(normal)
        for i in range(len(face)):
            a, b = face[i], face[(i + 1) % len(face)]
            normals[a, b] = normal
            if (b, a) in normals and -0.5 < mesh.vertices[a, 1] < -0.2:
                across.append(np.degrees(np.arccos(np.clip(normal @ normals[b, a], -1, 1))))
    assert len(across) > 500
    assert max(across) < 75  # under the crotch
    assert np.percentile(across, 95) < 30


def test_a_bent_hip_keeps_its_girth() -> None:
    """Sitting: trunk and thighs hang together, and the figure keeps what it holds."""
    body = default_body()
    mesh = welded_mannequin(body)
    vectors = np.zeros((1, 24, 3))
    vectors[0, [1, 2], 0] = -np.pi / 2
    posed = skin(mesh, body, axis_angle_to_matrix(vectors), body.rest_joints[:1])[0]
    sitting = Mannequin(posed, mesh.faces, mesh.joint, mesh.weights)
    assert 0.9 < volume(sitting) / volume(mesh) < 1.05


@pytest.mark.parametrize("body", bodies(), ids=lambda b: f"{b.height:.2f}")
@BOTH
def test_any_body_gets_a_person_of_its_size(make, body: Body) -> None:
    mesh = make(body)
    assert len(mesh.vertices) < 3000
    assert mesh.faces == make(default_body()).faces
    stature = np.ptp(mesh.vertices[:, 1])
    assert 1.02 * body.height < stature < 1.3 * body.height
    litres = 1000 * volume(mesh) * (default_body().height / body.height) ** 3
    assert 45 < litres < 95
    assert (np.ptp(mesh.vertices, axis=0)[0]) > np.ptp(body.rest_joints[:, 0])


def test_the_default_mannequin_has_the_measures_of_an_adult() -> None:
    mesh = mannequin(default_body())
    x, y, z = mesh.vertices.T
    assert 1.6 < np.ptp(y) < 1.8
    trunk = mesh.joint == JOINT_INDEX["Spine1"]
    assert 0.2 < np.ptp(x[trunk]) < 0.35
    assert 0.15 < np.ptp(z[trunk]) < 0.25
    foot = np.isin(mesh.joint, [JOINT_INDEX["L_Ankle"], JOINT_INDEX["L_Foot"]])
    assert 0.22 < np.ptp(z[foot]) < 0.28


def test_the_face_looks_ahead() -> None:
    mesh = mannequin(default_body())
    head = mesh.vertices[mesh.joint == JOINT_INDEX["Head"]]
    tip = head[np.argmax(head[:, 2])]
    assert abs(tip[0] - default_body().rest_joints[0, 0]) < 0.005
    assert tip[2] - np.sort(head[:, 2])[-6] > 0.005  # the nose stands out


@BOTH
def test_left_and_right_are_mirror_images(make) -> None:
    mesh = make(default_body())
    middle = default_body().rest_joints[0, 0]
    flipped = mesh.vertices * [-1, 1, 1] + [2 * middle, 0, 0]
    distance = np.linalg.norm(flipped[:, None] - mesh.vertices[None], axis=-1)
    twin = distance.argmin(axis=1)
    assert distance.min(axis=1).max() < 1e-6
    np.testing.assert_allclose(mesh.weights[twin], mesh.weights[:, list(MIRROR)], atol=1e-6)


@BOTH
def test_weights_are_shares_and_smooth(make) -> None:
    mesh = make(default_body())
    np.testing.assert_allclose(mesh.weights.sum(axis=1), 1.0, atol=1e-9)
    assert mesh.weights.min() >= 0
    assert (mesh.joint == mesh.weights.argmax(axis=1)).all()
    assert len(np.unique(mesh.joint)) == 24
    steps = [
        np.abs(mesh.weights[f[i]] - mesh.weights[f[i - 1]]).sum() / 2
        for f in mesh.faces
        for i in range(len(f))
    ]
    assert max(steps) < 0.75


def naive_skin(mesh: Mannequin, body: Body, rotations: np.ndarray, root: np.ndarray) -> np.ndarray:
    """Vertex by vertex, joint by joint."""
    result = np.zeros((len(rotations), len(mesh.vertices), 3))
    turned, placed = forward(rotations, body.offsets, root)
    for t in range(len(rotations)):
        for v in range(len(mesh.vertices)):
            for j in range(24):
                arm = mesh.vertices[v] - body.rest_joints[j]
                result[t, v] += mesh.weights[v, j] * (turned[t, j] @ arm + placed[t, j])
    return result


def test_skinning_equals_the_naive_loop() -> None:
    body = bodies()[3]
    mesh = mannequin(body)
    few = np.arange(0, len(mesh.vertices), 90)
    small = Mannequin(mesh.vertices[few], [], mesh.joint[few], mesh.weights[few])
    random = np.random.default_rng(0)
    rotations = axis_angle_to_matrix(random.standard_normal((3, 24, 3)))
    root = random.standard_normal((3, 3))
    np.testing.assert_allclose(
        skin(small, body, rotations, root), naive_skin(small, body, rotations, root), atol=1e-9
    )


def test_skinning_at_rest_gives_the_rest_mesh() -> None:
    body = default_body()
    mesh = mannequin(body)
    rest = np.broadcast_to(np.eye(3), (2, 24, 3, 3))
    posed = skin(mesh, body, rest, np.stack([body.rest_joints[0]] * 2))
    np.testing.assert_allclose(posed[1], mesh.vertices, atol=1e-9)


def test_a_changed_mannequin_does_not_change_the_next() -> None:
    first = mannequin(default_body())
    first.vertices[:] = 0
    first.weights[:] = 0
    first.faces.clear()
    second = mannequin(default_body())
    assert second.faces
    assert second.weights.sum() > 1
    assert np.ptp(second.vertices) > 1
