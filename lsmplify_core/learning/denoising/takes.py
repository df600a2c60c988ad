# SPDX-License-Identifier: GPL-3.0-or-later
"""Noisy takes with what the solver makes of them, by number, kept in a folder.

Solving is far slower than learning, so that takes are solved once and lessons are drawn from them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...body.body import REGION_NAMES, Body, default_body, region_scales
from ...evaluation.takes import gaps
from ...files.atomic import write_whole
from ...files.manifest import content_hash
from ...geometry.kinematics import attached_points, forward
from ...geometry.skeleton import N_JOINTS, N_POSED
from ...ik.fit_problem import SolveSettings
from ...ik.learned.denoiser import denoiser_inputs
from ...ik.learned.network import WEIGHTS
from ...layouts.layout import load_layout
from ...layouts.matching import match_layout
from ...motion.anatomical import in_convention, with_toes_at_rest, with_toes_by_rule
from ...motion.motion import Motion
from ...pipeline.request import Request
from ...pipeline.steps import STAGES, Fitted, fitted_steps
from ...runtime.array_types import Floats
from ...runtime.console import say
from ...runtime.errors import InputError
from ...runtime.progress import run_steps
from ...runtime.stages import Stages
from ...runtime.threads import thread_pool
from ...tracks.tracks import Tracks
from ..data import Clips
from ..lessons import Dice

LAYOUTS: Final[dict[str, float]] = {
    "BODY_25": 0.42, "COCO_17": 0.10, "HALPE_26": 0.10, "MediaPipe_33": 0.08, "H36M_17": 0.05,
    "SMPL_24": 0.05, "CMU_41": 0.10, "PlugInGait_39": 0.10,
}  # fmt: skip
"""How often a take is of each layout."""
MARKER_SETS: Final = ("CMU_41", "PlugInGait_39")
"""Those whose tracks are less noisy."""
_LENGTHS: Final = (150, 600)
"""Frames of a take, at 30 a second."""
_LEAST: Final = 40
_RATES: Final = (25.0, 40.0)
"""Frames per second of some takes, between which a network's step is one frame."""
_KEPT: Final = ("inputs", "rotations", "root", "truth", "true_root", "bones")


@dataclass(frozen=True)
class SolvedTake:
    """inputs: (T, N_INPUTS) half precision. rotations, truth: (T, 22, 3, 3) solved, and true ones
    in the anatomical convention. root, true_root: (T, 3), in lengths of the body that the network
    knows. bones: (24, 3) of the calibrated body."""

    inputs: NDArray[np.float16]
    rotations: NDArray[np.float32]
    root: NDArray[np.float32]
    truth: NDArray[np.float32]
    true_root: NDArray[np.float32]
    bones: NDArray[np.float32]


def make_takes(clips: Clips, seed: int, numbers: Sequence[int], folder: Path) -> None:
    """Solve takes and keep them; those that are there already are left alone.

    Args:
        clips: whose motion is shown.
        seed: of all random numbers.
        numbers: of the takes; the same number is the same take.
        folder: one file a take, empty for one that could not be solved or came out clean.

    Raises:
        InputError: the folder's takes were solved with other weights of the first network.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _check_weights(folder)
    missing = [n for n in numbers if not take_file(folder, n).is_file()]
    for done, number in enumerate(missing):
        kept = _solved(clips, Dice(seed, number))
        arrays = {} if kept is None else {name: getattr(kept, name) for name in _KEPT}
        write_whole(
            take_file(folder, number), lambda file, a=arrays: np.savez_compressed(file, **a)
        )
        if (done + 1) % 100 == 0:
            say(f"{done + 1} of {len(missing)} noisy takes solved")


def _check_weights(folder: Path) -> None:
    """Takes are of one network: its weights' hash is kept beside them."""
    file, digest = folder / "weights.sha256", content_hash(WEIGHTS)
    if file.is_file() and file.read_text("ascii").strip() != digest:
        raise InputError(f"{folder}: these takes were solved with other weights; delete the folder")
    write_whole(file, lambda out: out.write(f"{digest}\n".encode("ascii")))


def take_file(folder: Path, number: int) -> Path:
    """Where a take is kept."""
    return folder / f"{number:05d}.npz"


def read_takes(folder: Path, numbers: Sequence[int]) -> list[SolvedTake]:
    """The takes of these numbers that could be solved.

    Raises:
        InputError: where none of them could.
    """
    takes: list[SolvedTake] = []
    for number in numbers:
        with np.load(take_file(folder, number), allow_pickle=False) as data:
            if data.files:
                takes.append(SolvedTake(**{name: data[name] for name in _KEPT}))
    if not takes:
        raise InputError(f"{folder}: none of the noisy takes could be solved")
    return takes


def _solved(clips: Clips, dice: Dice) -> SolvedTake | None:
    motion = _performance(clips, dice)
    if motion is None:
        return None
    tracks, shows_toes = _measured(motion, dice.numpy)
    request = Request(
        match_layout(tracks.names, load_layout(tracks.source)), "auto", None, None,
        SolveSettings(), None, None, None,
    )  # fmt: skip
    try:
        with thread_pool():
            fitted = run_steps(fitted_steps(tracks, request, Stages(STAGES)))
    except InputError:
        return None
    return _kept(fitted, motion, shows_toes) if fitted.problem.smooth > 0 else None


def _kept(fitted: Fitted, motion: Motion, shows_toes: bool) -> SolvedTake:
    truth = with_toes_at_rest(in_convention(motion))
    truth = truth if shows_toes else with_toes_by_rule(truth)
    person, poses, learned = fitted.person, fitted.poses, fitted.second_pass.prediction
    seconds = np.arange(motion.frames) / motion.rate
    inputs = denoiser_inputs(
        poses, person.observed, learned.poses, learned.sigma, fitted.problem.noise, seconds
    )
    return SolvedTake(
        inputs.T.astype(np.float16),
        poses.rotations[:, :N_POSED].astype(np.float32),
        poses.root.astype(np.float32),
        truth.rotations[:, :N_POSED].astype(np.float32),
        ((truth.root - person.origin) / person.unit).astype(np.float32),
        np.asarray(person.observed.bones, dtype=np.float32),
    )


def _performance(clips: Clips, dice: Dice) -> Motion | None:
    """Some seconds of a clip on a body of other proportions; None where the clip is too short."""
    random = dice.numpy
    clip = int(random.choice(len(clips.chance), p=clips.chance.numpy()))
    length, wanted = int(clips.lengths[clip]), int(random.integers(*_LENGTHS))
    if length < _LEAST:
        return None
    first = int(clips.starts[clip]) + int(random.integers(max(1, length - wanted + 1)))
    part = slice(first, first + min(length, wanted))
    posed = clips.rotations[part].numpy().astype(np.float64)
    hands = np.broadcast_to(np.eye(3), (len(posed), N_JOINTS - N_POSED, 3, 3))
    rotations = np.concatenate((posed, hands), axis=1)
    body = _body(random) if random.random() < 0.5 else default_body()
    motion = Motion(rotations, clips.roots[part].numpy().astype(np.float64), 30.0, body)
    if random.random() < 0.15:
        motion = motion.at_rate(float(random.choice(_RATES)))
    return motion


def _body(random: np.random.Generator) -> Body:
    factors = np.clip(1 + 0.06 * random.standard_normal(len(REGION_NAMES)), 0.6, 1.4)
    return default_body().scaled(region_scales(factors))


def _measured(motion: Motion, random: np.random.Generator) -> tuple[Tracks, bool]:
    """Noisy, gappy tracks of a layout, whose name is their source; and whether they show toes."""
    name = str(random.choice(list(LAYOUTS), p=list(LAYOUTS.values())))
    layout, marked = load_layout(name), name in MARKER_SETS
    size = 0.001 * (random.uniform(2.5, 9.0) if marked else random.uniform(3.0, 16.0))
    if not marked and random.random() < 0.3:
        size = 0.010
    offsets = layout.offsets * (motion.body.height / default_body().height)
    if random.random() < 0.3:
        offsets = offsets + 0.006 * random.standard_normal(offsets.shape)
    turned, placed = forward(motion.rotations, motion.body.offsets, motion.root)
    points = attached_points(turned, placed, layout.joints, offsets)
    points = points + size * _noise(points.shape, random)
    share = float(random.choice([0.0, 0.1, 0.2, 0.3], p=[0.25, 0.2, 0.4, 0.15]))
    points[gaps(points.shape[:2], 0.5 * share if marked else share, random)] = np.nan
    tracks = Tracks(points, layout.names, motion.rate, name, unit=1.0, up="+z")
    return tracks, bool({10, 11} & set(layout.joints.tolist()))


def _noise(shape: tuple[int, ...], random: np.random.Generator) -> Floats:
    """White noise (T, K, 3) of unit deviation; of some takes other for each point, and of some with
    a slow part, as detectors have."""
    noise = random.standard_normal(shape)
    if random.random() < 0.4:
        noise = random.uniform(0.5, 1.5, (1, shape[1], 1)) * noise
    if random.random() < 0.3:
        kernel = np.exp(-0.5 * np.square(np.arange(-12, 13) / 4.0))
        kernel /= np.linalg.norm(kernel)
        long = random.standard_normal((shape[0] + len(kernel) - 1, *shape[1:]))
        windows = np.lib.stride_tricks.sliding_window_view(long, len(kernel), axis=0)
        noise = noise + random.uniform(0.2, 0.8) * (windows @ kernel)
    return noise
