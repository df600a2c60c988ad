# SPDX-License-Identifier: GPL-3.0-or-later
"""The arithmetic of a fit on torch tensors, for thousands of frames at once.

It is made of the functions that training uses: `features`, the network's own module, its outputs
and `gauss_newton` take tensors as they take arrays. NumPy's path goes along the tree instead, to
the same numbers, since a processor is faster so; a GPU prefers few large operations.
"""

from collections.abc import Callable, Generator
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from ...body.markers import MarkerObservations, PoseSequence, compare
from ...geometry.skeleton import N_POSED
from ...ik.backend import NumpyBackend
from ...ik.learned.features import features
from ...ik.learned.network import FRAME_RATE, Network, apply_outputs
from ...ik.learned.predictor import (
    Prediction,
    concatenate_poses,
    select_observations,
    select_poses,
)
from ...ik.refinement.gauss_newton import gauss_newton
from ...ik.refinement.robust import OUTLIER_SCALE
from ...ik.refinement.sequence import overlapping_chunks, retract
from ...ik.refinement.sequence_equations import prior_terms
from ...runtime.array_types import Floats, on_host
from ...runtime.errors import InputError
from ...runtime.progress import with_progress
from ..model import LearnedIK
from .batches import Batches
from .sequence import ChunkEquations, joint_equations, solve_chunks

R = TypeVar("R")

_Refined = tuple[PoseSequence, Tensor, PoseSequence]


def torch_backend(name: str) -> "TorchBackend | None":
    """The backend of a device that is there; None for "auto" where there is no GPU.

    Raises:
        InputError: torch does not see the device.
    """
    seen = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        found = [device for device, there in seen.items() if there]
        return TorchBackend(torch.device(found[0])) if found else None
    if not seen.get(name, True):
        what = {"cuda": "CUDA", "mps": "Metal"}[name]
        raise InputError(
            f"--device {name}: torch sees no {what} device; use --device cpu or leave it out"
        )
    return TorchBackend(torch.device(name))


class TorchBackend:
    """`ik.backend.Backend` on a device of torch."""

    def __init__(self, device: torch.device, batch: int | None = None) -> None:
        """batch: frames at a time; None for what suits the device."""
        self.device = device
        self.batches = Batches(device, batch)
        self._model: tuple[Network, LearnedIK] | None = None

    def predict_steps(
        self, network: Network, start: PoseSequence, observations: MarkerObservations, rate: float,
        iterations: int, prior_weight: float,
    ) -> Generator[float, None, Prediction]:  # fmt: skip
        """As `Backend` says."""
        model = self._placed_model(network)
        seen, current = self._observations(observations), self._poses(start)
        frames = len(start.root)
        weight = self._tensor(np.full(N_POSED, prior_weight))
        predicted, sigma = current, self._tensor(np.ones((frames, N_POSED)))
        for iteration in range(iterations):
            begin = current

            def own_features(part: slice, begin: PoseSequence = begin) -> Tensor:
                return features(select_poses(begin, part), select_observations(seen, part))

            inputs = torch.cat(
                (yield from self._share(own_features, frames, iteration, 0.3, iterations))
            )
            raw = yield from self._along_time(model, inputs, rate, iteration + 0.3, iterations)

            def refined(part: slice, begin: PoseSequence = begin, raw: Tensor = raw) -> _Refined:
                own, seen_here = select_poses(begin, part), select_observations(seen, part)
                poses, error = apply_outputs(own, raw[part], own.rotations[:, 0])
                return poses, error, gauss_newton(poses, seen_here, poses, weight)

            found = yield from self._share(refined, frames, iteration + 0.5, 0.5, iterations)
            predicted = _joined([poses for poses, _, _ in found])
            sigma = torch.cat([error for _, error, _ in found])
            current = _joined([poses for _, _, poses in found])
        return Prediction(_fetched(predicted), _array(sigma), _fetched(current))

    def refine_steps(
        self, poses: PoseSequence, observations: MarkerObservations, prior: PoseSequence,
        prior_weight: Floats, steps: int,
    ) -> Generator[float, None, PoseSequence]:  # fmt: skip
        """As `Backend` says."""

        def refine(part: slice) -> PoseSequence:
            return _fetched(
                gauss_newton(
                    self._poses(select_poses(poses, part)),
                    self._observations(select_observations(observations, part)),
                    self._poses(select_poses(prior, part)),
                    self._tensor(prior_weight[part]),
                    steps=steps,
                    outlier_scale=OUTLIER_SCALE,
                )
            )

        found = yield from self.batches.steps(refine, len(poses.root))
        return concatenate_poses(found)

    def sequence_steps(
        self, poses: PoseSequence, observations: MarkerObservations, prior: PoseSequence,
        sigma: Floats, noise: float, rate: float, correlation_time: float,
        chunks: int | None, together: bool,
    ) -> Generator[float, None, PoseSequence]:  # fmt: skip
        """As `Backend` says. Clean tracks with gaps are solved in parts by NumPy: their systems
        are small, and their intervals few. So are all on Metal, which has no double precision."""
        if not together or self.device.type == "mps":
            return (
                yield from NumpyBackend().sequence_steps(
                    poses, observations, prior, sigma, noise, rate, correlation_time, chunks,
                    together,
                )
            )  # fmt: skip
        pieces = overlapping_chunks(len(poses.root), rate, correlation_time, chunks)

        def solve(part: slice) -> list[PoseSequence]:
            some = pieces[part]
            steps = solve_chunks(
                [
                    ChunkEquations(
                        *self._joint_equations(poses, observations, seen),
                        prior_terms(
                            select_poses(poses, seen), select_poses(prior, seen), sigma[seen],
                            noise, rate, correlation_time,
                        ),
                    )
                    for _, seen in some
                ]
            )  # fmt: skip
            return [
                retract(
                    select_poses(poses, own),
                    _array(x)[own.start - seen.start : own.stop - seen.start],
                )
                for (own, seen), x in zip(some, steps, strict=True)
            ]

        unit = max(seen.stop - seen.start for _, seen in pieces)
        found = yield from self.batches.steps(solve, len(pieces), 1, unit)
        return concatenate_poses([poses for some in found for poses in some])

    def _joint_equations(
        self, poses: PoseSequence, observations: MarkerObservations, frames: slice
    ) -> tuple[Tensor, Tensor]:
        seen = self._observations(select_observations(observations, frames))
        comparison = compare(self._poses(select_poses(poses, frames)), seen)
        return joint_equations(comparison, seen.weights)

    def _along_time(
        self, model: LearnedIK, inputs: Tensor, rate: float, before: float, iterations: int
    ) -> Generator[float, None, Tensor]:
        """Frames (T, F) as interleaved sequences of about FRAME_RATE through the network, window by
        window with as much of their neighbours as it sees; put back (T, O)."""
        frames = len(inputs)
        step = max(1, round(rate / FRAME_RATE))
        length = -(-frames // step)
        reach = sum(block.dilation for block in model.blocks)  # pyright: ignore

        def run(part: slice) -> Tensor:
            low, high = max(0, part.start - reach), min(length, part.stop + reach)
            order = torch.arange(low, high) * step + torch.arange(step)[:, None]
            raw = model(inputs[torch.clamp(order, max=frames - 1)])
            return raw[:, part.start - low : part.stop - low]

        found = yield from with_progress(
            self.batches.steps(run, length, 1, step),
            lambda done: (before + 0.2 * done) / iterations,
        )
        with self.batches.computing():
            raw = torch.cat(found, dim=1).transpose(0, 1)
            return raw.reshape(-1, raw.shape[-1])[:frames]

    def _share(
        self, work: Callable[[slice], R], frames: int, before: float, share: float, iterations: int
    ) -> Generator[float, None, list[R]]:
        """Batches of frames, as a share of all iterations."""
        return (
            yield from with_progress(
                self.batches.steps(work, frames),
                lambda done: (before + share * done) / iterations,
            )
        )

    def _placed_model(self, network: Network) -> LearnedIK:
        """The network's weights in its module on the device, kept from solve to solve."""
        found = self._model  # once: solves of other weights may set it meanwhile
        if found is None or found[0] is not network:
            weights = network.weights
            model = LearnedIK(len(weights["first.weight"]), network.dilations)
            model.load_state_dict({k: torch.tensor(weights[k]) for k in model.state_dict()})
            found = self._model = network, model.to(self.device).eval()
        return found[1]

    def _tensor(self, values: Floats) -> Tensor:
        return torch.tensor(np.asarray(values, dtype=np.float32), device=self.device)

    def _poses(self, poses: PoseSequence) -> PoseSequence:
        return PoseSequence(self._tensor(poses.rotations), self._tensor(poses.root))

    def _observations(self, observations: MarkerObservations) -> MarkerObservations:
        """On the device, the joints' numbers too: they index what lies there."""
        return MarkerObservations(
            self._tensor(observations.bones),
            torch.tensor(np.asarray(observations.joints), device=self.device),
            self._tensor(observations.offsets),
            self._tensor(observations.points),
            self._tensor(observations.weights),
        )


def _joined(parts: list[PoseSequence]) -> PoseSequence:
    return PoseSequence(torch.cat([p.rotations for p in parts]), torch.cat([p.root for p in parts]))


def _array(values: Tensor) -> Floats:
    return on_host(values)


def _fetched(poses: PoseSequence) -> PoseSequence:
    return PoseSequence(_array(poses.rotations), _array(poses.root))
