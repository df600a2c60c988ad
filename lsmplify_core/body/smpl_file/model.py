# SPDX-License-Identifier: GPL-3.0-or-later
"""A model of the SMPL family: the body it makes, and its skin in motion.

SMPL (Loper et al. 2015), SMPL-H (Romero et al. 2017), SMPL-X (Pavlakos et al. 2019).

The solver poses SMPL's 24 joints on all of them. SMPL-H and SMPL-X have fingers in place of SMPL's
two hand joints, L_Hand and R_Hand; the first joints of the middle fingers stand for them, since
SMPL's hand joint is the middle of the knuckles and the knuckle of the middle finger is nearest to
it. Fingers, jaw and eyes stay at rest.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from ...geometry.skeleton import N_JOINTS, N_POSED
from ...runtime.array_types import Floats
from ..body import Body

if TYPE_CHECKING:  # which draws; five modules that no solve needs
    from ..mannequin import Mannequin

N_BETAS: Final = 10
"""Shape parameters that are used: the first ten, as AMASS's `betas`; later ones change little."""
HANDS: Final = {"SMPL": (22, 23), "SMPL-H": (25, 40), "SMPL-X": (28, 43)}
"""Our hand joints among the file's: the first of the middle fingers where there are fingers."""
_PIECE: Final = 64
"""Frames whose meshes are made at once."""


@dataclass(frozen=True)
class SmplFile:
    """A model. V vertices, J joints of its own, F faces; metres in SMPL's rest frame.

    kind: "SMPL", "SMPL-H" or "SMPL-X". v_template: (V, 3) the mean person. shapedirs: (V, 3, 10)
    what a beta moves. posedirs: (V, 3, 9 (J - 1)) what a joint's rotation, less the identity,
    moves. joint_regressor: (J, V). weights: (V, J). parents: (J,), -1 at the pelvis. faces: (F, 3).
    name: the file's. gender: "female", "male" or "neutral".
    """

    kind: str
    v_template: Floats
    shapedirs: Floats
    posedirs: Floats
    joint_regressor: Floats
    weights: Floats
    parents: NDArray[np.intp]
    faces: NDArray[np.intp]
    name: str
    gender: str = "neutral"

    @property
    def chosen(self) -> NDArray[np.intp]:
        """(24,) our joints among the file's."""
        return np.array([*range(N_POSED), *HANDS[self.kind]])

    @cached_property
    def _mean_joints(self) -> Floats:
        return self.joint_regressor[self.chosen] @ self.v_template

    def joint_shape_directions(self) -> Floats:
        """(24, 3, 10) metres: how each rest joint moves with each beta."""
        return self._joint_moves

    @cached_property
    def _joint_moves(self) -> Floats:
        return np.tensordot(self.joint_regressor[self.chosen], self.shapedirs, axes=1)

    def body(self, betas: Floats | None = None) -> Body:
        """Our 24 joints at rest on the person with these betas (10,), the mean one if not given."""
        rest = self._mean_joints
        if betas is not None:
            rest = rest + self._joint_moves @ betas
        return Body(rest, self.name)

    def nearest_betas(self, body: Body) -> Floats:
        """Betas (10,) of the person whose bones are most like a body's.

        Least squares of the bones, held a little (1 mm a beta) to the mean person, so that what
        joints do not show stays ordinary.
        """
        mean = self.body()
        away = (body.offsets - mean.offsets).reshape(-1)
        moves = np.stack([self.body(b).offsets - mean.offsets for b in np.eye(N_BETAS)], axis=-1)
        moves = moves.reshape(-1, N_BETAS)
        return np.linalg.solve(moves.T @ moves + 1e-6 * np.eye(N_BETAS), moves.T @ away)

    def vertices(self, betas: Floats) -> Floats:
        """(V, 3) metres: the skin at rest."""
        return self.v_template + self.shapedirs @ betas

    def figure(self, betas: Floats) -> "Mannequin":
        """The skin at rest with the weights of our joints, as artists' rigs take it: without the
        model's pose corrections."""
        weights = self.joint_weights()
        faces = [(int(a), int(b), int(c)) for a, b, c in self.faces]
        from ..mannequin import Mannequin

        return Mannequin(self.vertices(betas), list(faces), np.argmax(weights, axis=1), weights)

    def joint_weights(self) -> Floats:
        """(V, 24) the weights of our joints, rows as in the file: what fingers, jaw and eyes move
        goes to the hand and the head that they hang on."""
        ours = {int(j): i for i, j in enumerate(self.chosen)}
        folded = np.zeros((len(self.weights), N_JOINTS))
        for joint in range(len(self.parents)):
            folded[:, self._carrier(joint, ours)] += self.weights[:, joint]
        return folded

    def _carrier(self, joint: int, ours: dict[int, int]) -> int:
        """Our joint that carries one of the file's; all fingers hang on the hand joint."""
        if joint not in ours:
            parent = int(self.parents[joint])
            wrists = {20: 22, 21: 23}
            return wrists.get(parent) or self._carrier(parent, ours)
        return ours[joint]

    def posed_vertices(self, rotations: Floats, root: Floats, betas: Floats) -> Floats:
        """(T, V, 3) metres: the skin of a motion, with the model's own pose corrections.

        rotations: (T, 24, 3, 3) as a Motion's; those of the hands count on SMPL alone. root: (T, 3)
        metres, the pelvis joint in the world. betas: (10,).
        """
        made = np.empty((len(root), *self.v_template.shape))
        for first in range(0, len(root), _PIECE):
            part = slice(first, first + _PIECE)
            made[part] = self._skin(rotations[part], root[part], betas)
        return made

    def _skin(self, rotations: Floats, root: Floats, betas: Floats) -> Floats:
        vertices = self.vertices(betas)
        rest = self.joint_regressor @ vertices
        local = self._all_joints(rotations)
        bent = (local[:, 1:] - np.eye(3)).reshape(len(local), -1)
        corrected = vertices + np.moveaxis(np.tensordot(self.posedirs, bent, axes=(2, 1)), -1, 0)
        turned, placed = self._forward(local, rest, root)
        shift = placed - (turned @ rest[:, :, None])[..., 0]
        motions = np.concatenate((turned, shift[..., None]), axis=-1)
        blended = np.moveaxis(np.tensordot(self.weights, motions, axes=(1, 1)), 0, 1)
        return (blended[..., :3] @ corrected[..., None])[..., 0] + blended[..., 3]

    def _all_joints(self, rotations: Floats) -> Floats:
        """(T, J, 3, 3): our rotations in the file's places, all others at rest."""
        local = np.zeros((len(rotations), len(self.parents), 3, 3)) + np.eye(3)
        count = N_JOINTS if self.kind == "SMPL" else N_POSED
        local[:, :count] = rotations[:, :count]
        return local

    def _forward(self, rotations: Floats, rest: Floats, root: Floats) -> tuple[Floats, Floats]:
        """The joints' world rotations (T, J, 3, 3) and places (T, J, 3)."""
        turned, placed = [rotations[:, 0]], [np.asarray(root)]
        for joint in range(1, len(self.parents)):
            parent = int(self.parents[joint])
            turned.append(turned[parent] @ rotations[:, joint])
            placed.append(placed[parent] + turned[parent] @ (rest[joint] - rest[parent]))
        return np.stack(turned, axis=1), np.stack(placed, axis=1)
