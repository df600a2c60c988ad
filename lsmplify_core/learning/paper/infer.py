# SPDX-License-Identifier: GPL-3.0-or-later
"""Running the paper's network over a take (§3.4, §4): pairs, in sequence, as a plug-in.

It predicts neither translation nor shape. Where it isn't given a translation, the body is set on
the keypoints' mean, which is the least-squares answer for given rotations.
"""

from collections.abc import Generator
from typing import Final

import numpy as np
import torch
from torch import Tensor

from ...body.markers import MarkerObservations
from ...geometry.skeleton import N_JOINTS
from ...ik.root_alignment import align_root
from ...layouts.layout import load_layout
from ...runtime.progress import run_steps
from .bodies import LAYOUT, keypoints
from .frame import in_human_frame
from .network import PaperNetwork
from .train import body_pose, step_from

GUARDED_FROM: Final = 60
"""Past this frame the drift guard chooses (official code, `first_frame_constraint`)."""
_PIECE: Final = 256


class PaperSolver:
    """The network with one person's body."""

    def __init__(self, network: PaperNetwork, bones: np.ndarray, betas: np.ndarray) -> None:
        """bones: (24, 3) metres on a body of the default size. betas: (10,)."""
        self.network = network
        self.bones = torch.as_tensor(bones, dtype=torch.float32)
        self.betas = torch.as_tensor(betas, dtype=torch.float32)

    @torch.no_grad()
    def steps(self, start: Tensor, start_root: Tensor, target: Tensor) -> Tensor:
        """From N start poses to the poses of N targets at once: (N, 24, 3, 3).

        start: (N, 24, 3, 3). start_root: (N, 3) metres. target: (N, 25, 3) keypoints, world.
        """
        pieces = zip(
            start.split(_PIECE), start_root.split(_PIECE), target.split(_PIECE), strict=True
        )
        return torch.cat([self._step(*piece) for piece in pieces])

    def _step(self, start: Tensor, root: Tensor, target: Tensor) -> Tensor:
        before = keypoints(start, self.bones, root)
        betas = self.betas.expand(len(start), -1)
        residual = self.network(in_human_frame(before, target), body_pose(start), betas)
        return step_from(start, residual)

    def sequence(
        self, first: Tensor, first_root: Tensor, target: Tensor, roots: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Frame after frame, each result the next start; rotations (T, 24, 3, 3), roots (T, 3).

        first: (24, 3, 3) the pose of frame 0. target: (T, 25, 3). roots: (T, 3) the true
        translations as the published protocol gives them, or None.
        """
        return run_steps(self.sequence_steps(first, first_root, target, roots))

    @torch.no_grad()
    def sequence_steps(
        self, first: Tensor, first_root: Tensor, target: Tensor, roots: Tensor | None
    ) -> Generator[float, None, tuple[Tensor, Tensor]]:
        """The same frame by frame; yields the share of them that is done."""
        first_root = roots[0] if roots is not None else first_root
        poses, places = [first], [first_root]
        for frame in range(1, len(target)):
            pose, root = poses[-1], places[-1]
            starts, start_roots = [pose], [root]
            if frame > GUARDED_FROM:
                starts, start_roots = [pose, first], [root, first_root]
            goal = target[frame].expand(len(starts), -1, -1)
            guesses = [*self._step(torch.stack(starts), torch.stack(start_roots), goal)]
            if frame > GUARDED_FROM:
                guesses.append(pose)
            pose, root = self._nearest(
                guesses, target[frame], None if roots is None else roots[frame]
            )
            poses.append(pose)
            places.append(root)
            yield (frame + 1) / len(target)
        return torch.stack(poses), torch.stack(places)

    def _nearest(
        self, guesses: list[Tensor], target: Tensor, root: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """The drift guard: of the prediction, the prediction from the first frame and the pose
        before, the one whose keypoints are nearest."""
        poses = torch.stack(guesses)
        places = self.placed(poses, target.expand(len(poses), -1, -1))
        if root is not None:
            places = root.expand(len(poses), -1)
        apart = (keypoints(poses, self.bones, places) - target).abs().sum(dim=(1, 2))
        best = int(torch.argmin(apart))
        return poses[best], places[best]

    def resting(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """The T-pose set on the torsos of keypoints (N, 25, 3): rotations (N, 24, 3, 3), roots."""
        layout, seen = load_layout(LAYOUT), points.cpu().numpy()
        target = MarkerObservations(
            self.bones.cpu().numpy(), layout.joints, layout.offsets.astype(np.float32), seen,
            np.ones(seen.shape[:2], dtype=np.float32),
        )  # fmt: skip
        state = align_root(
            np.broadcast_to(np.eye(3, dtype=np.float32), (1, N_JOINTS, 3, 3)), target
        )
        return torch.as_tensor(state.rotations), torch.as_tensor(state.root)

    @torch.no_grad()
    def placed(self, rotations: Tensor, target: Tensor) -> Tensor:
        """(N, 3) the roots that bring the keypoints' mean to the target's."""
        at_origin = keypoints(rotations, self.bones, torch.zeros(len(rotations), 3))
        return (target - at_origin).mean(dim=1)
