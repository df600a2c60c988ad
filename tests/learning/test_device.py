# SPDX-License-Identifier: GPL-3.0-or-later
"""torch's backend gives NumPy's poses, in batches of any size, and mixes no devices."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from random_poses import random_state, target_of

torch = pytest.importorskip("torch")

from lsmplify_core.body import markers  # noqa: E402
from lsmplify_core.body.markers import PoseSequence, compare  # noqa: E402
from lsmplify_core.evaluation.synthetic import strolling  # noqa: E402
from lsmplify_core.evaluation.takes import keypoints  # noqa: E402
from lsmplify_core.geometry.rotations import angle_between, axis_angle_to_matrix  # noqa: E402
from lsmplify_core.ik.backend import NumpyBackend  # noqa: E402
from lsmplify_core.ik.fit_problem import FitProblem, SolveSettings, make_problem  # noqa: E402
from lsmplify_core.ik.fitting import fit_steps  # noqa: E402
from lsmplify_core.ik.learned import features  # noqa: E402
from lsmplify_core.ik.learned.network import load_network  # noqa: E402
from lsmplify_core.ik.problem import at_network_size, initial_poses, observations_of  # noqa: E402
from lsmplify_core.ik.refinement.joint_equations import joint_equations  # noqa: E402
from lsmplify_core.layouts.layout import load_layout  # noqa: E402
from lsmplify_core.layouts.matching import match_layout  # noqa: E402
from lsmplify_core.learning.device import TorchBackend  # noqa: E402
from lsmplify_core.learning.device import backend as on_torch  # noqa: E402
from lsmplify_core.learning.device import sequence as sequence_on_torch  # noqa: E402
from lsmplify_core.learning.device.batches import Batches  # noqa: E402
from lsmplify_core.runtime.errors import InputError  # noqa: E402
from lsmplify_core.runtime.progress import run_steps  # noqa: E402
from lsmplify_core.tracks.tracks import Tracks  # noqa: E402

RATE = 60.0
CPU = torch.device("cpu")
DEGREES, MILLIMETRES = 0.01, 0.01
"""How far a pose on a device may be from NumPy's."""


def problem_of(layout: str, frames: int, noise: float = 0.0, gap: bool = False) -> FitProblem:
    """Somebody strolls; noise in metres; gap: a wrist unseen for half a second."""
    motion, points = strolling(frames, RATE), load_layout(layout)
    positions = keypoints(motion, points)
    positions += noise * np.random.default_rng(0).standard_normal(positions.shape)
    if gap:
        positions[frames // 2 : frames // 2 + 30, 4] = np.nan
    tracks = Tracks(positions, points.names, RATE)
    target, origin = observations_of(tracks, match_layout(tracks.names, points), motion.body)
    unit, observed = at_network_size(target, motion.body, np.asarray(points.offsets))
    start = initial_poses(observed, np.ones(frames, dtype=bool), None, origin, unit)
    return make_problem(start, observed, RATE, 0.0, SolveSettings(), False)


def fitted(problem: FitProblem) -> tuple[PoseSequence, np.ndarray]:
    poses, prediction = run_steps(fit_steps(problem, {}))
    return poses, prediction.sigma


def assert_same(one: PoseSequence, other: PoseSequence) -> None:
    assert one.rotations.dtype == other.rotations.dtype == np.float32
    assert np.degrees(angle_between(one.rotations, other.rotations)).max() < DEGREES
    assert 1000 * np.linalg.norm(one.root - other.root, axis=-1).max() < MILLIMETRES


@pytest.mark.parametrize(("layout", "noise", "gap"), [
    ("BODY_25", 0.0, True), ("CMU_41", 0.0, False), ("BODY_25", 0.01, False),
])  # fmt: skip
def test_a_fit_is_numpys(layout: str, noise: float, gap: bool) -> None:
    problem = problem_of(layout, 150, noise, gap)
    assert (problem.smooth > 0) == (noise > 0)
    poses, sigma = fitted(problem)
    on_device, own_sigma = fitted(replace(problem, device="cpu"))
    assert_same(poses, on_device)
    np.testing.assert_allclose(own_sigma, sigma, rtol=0.02)


def test_windows_along_time_see_as_much_as_the_network() -> None:
    """Batches so small that the take's sequences are cut in five, beside NumPy's."""
    problem, network = problem_of("BODY_25", 320), load_network()
    arguments = (network, problem.start, problem.observations, RATE, 2, 3e-3)
    wanted = run_steps(NumpyBackend().predict_steps(*arguments))
    shares: list[float] = []
    steps = TorchBackend(CPU, 64).predict_steps(*arguments)
    while True:
        try:
            shares.append(next(steps))
        except StopIteration as end:
            found = end.value
            break
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] == 1
    assert_same(found.poses, wanted.poses)
    assert_same(found.refined, wanted.refined)
    np.testing.assert_allclose(found.sigma, wanted.sigma, rtol=0.02)


@pytest.mark.parametrize("batch", [64, 10_000])
def test_frames_together_one_chunk_at_a_time_or_all_side_by_side(batch: int) -> None:
    """Two chunks of different lengths, the shorter one filled up."""
    random = np.random.default_rng(1)
    true = random_state(601, random)
    turned = axis_angle_to_matrix(0.05 * random.standard_normal((601, 24, 3)))
    start = PoseSequence(
        (true.rotations @ turned).astype(np.float32), (true.root + 0.01).astype(np.float32)
    )
    seen = target_of(true, random, 40)
    seen = replace(seen, **{k: np.asarray(v, np.float32) for k, v in vars(seen).items()
                            if k != "joints"})  # fmt: skip
    sigma = random.uniform(0.05, 0.5, (601, 22)).astype(np.float32)
    arguments = (start, seen, start, sigma, 0.01, RATE, 0.1, None, True)
    wanted = run_steps(NumpyBackend().sequence_steps(*arguments))
    assert_same(run_steps(TorchBackend(CPU, batch).sequence_steps(*arguments)), wanted)


def test_normal_equations_in_the_joints_own_axes_are_numpys() -> None:
    random = np.random.default_rng(2)
    poses = random_state(7, random)
    seen = target_of(poses, random)
    away = compare(PoseSequence(poses.rotations, poses.root + 0.02), seen)
    given = replace(away, **{k: torch.tensor(np.asarray(v)) for k, v in vars(away).items()})
    with Batches(CPU).computing():
        found = sequence_on_torch.joint_equations(given, torch.tensor(np.asarray(seen.weights)))
    for own, wanted in zip(found, joint_equations(away, seen), strict=True):
        np.testing.assert_allclose(own.numpy(), wanted, atol=1e-9)


def short_of_memory(most: int) -> Callable[[slice], range]:
    """Work that fails as CUDA does beyond so many frames."""

    def work(part: slice) -> range:
        if part.stop - part.start > most:
            raise RuntimeError("CUDA out of memory. Tried to allocate 9 GiB")
        return range(part.start, part.stop)

    return work


def test_batches_are_halved_where_memory_is_short() -> None:
    batches = Batches(CPU, 1000)
    parts = run_steps(batches.steps(short_of_memory(300), 1024))
    assert [number for part in parts for number in part] == list(range(1024))
    assert batches.size == 250  # and stay so for what comes next
    with pytest.raises(InputError, match="memory is too short for 64 frames"):
        run_steps(batches.steps(short_of_memory(10), 1024))


def test_other_errors_of_a_device_are_not_taken_for_short_memory() -> None:
    def work(part: slice) -> None:
        raise RuntimeError("expected all tensors on one device")

    with pytest.raises(RuntimeError, match="one device"):
        run_steps(Batches(CPU, 1000).steps(work, 10))


def test_no_tensor_is_made_beside_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """On PyTorch's `meta` device, which has shapes and no numbers: to mix devices is an error there
    as on a GPU."""
    problem = problem_of("CMU_41", 24)
    joints = np.asarray(problem.observations.joints)
    for module in (markers, features):  # numbers that a GPU would give back
        monkeypatch.setattr(module, "on_host", lambda _: joints)
    monkeypatch.setattr(on_torch, "on_host", lambda t: np.ones(t.shape, np.float32))
    there = TorchBackend(torch.device("meta"))
    seen, start = problem.observations, problem.start
    found = run_steps(there.predict_steps(load_network(), start, seen, RATE, 1, 3e-3))
    assert found.poses.rotations.shape == start.rotations.shape
    weight = np.ones((24, 22))
    assert run_steps(there.refine_steps(start, seen, start, weight, 1)).root.shape == (24, 3)
    step = there.sequence_steps(start, seen, start, np.ones((24, 22)), 0.01, RATE, 0.3, 1, True)
    assert run_steps(step).rotations.shape == start.rotations.shape


def test_networks_of_two_threads_are_not_mixed_up() -> None:
    """Another thread places its network as soon as this one has kept its own."""

    class Raced(TorchBackend):
        def __setattr__(self, name: str, value: object) -> None:
            super().__setattr__(name, value)
            if name == "_model" and value is not None and value[0] is first:
                self._placed_model(second)

    first = load_network()
    shifted = {name: np.asarray(w) + 1 for name, w in first.weights.items()}
    second, shared = replace(first, weights=shifted), Raced(CPU)
    found = shared._placed_model(first).state_dict()["first.weight"]
    np.testing.assert_array_equal(found, first.weights["first.weight"])
    other = shared._placed_model(second).state_dict()["first.weight"]
    np.testing.assert_array_equal(other, shifted["first.weight"])


def test_metal_has_no_double_precision_and_numpy_solves_frames_together() -> None:
    problem = problem_of("BODY_25", 40)
    arguments = (problem.start, problem.observations, problem.start, np.ones((40, 22)), 0.01,
                 RATE, 0.3, 1, True)  # fmt: skip
    found = run_steps(TorchBackend(torch.device("mps")).sequence_steps(*arguments))
    wanted = run_steps(NumpyBackend().sequence_steps(*arguments))
    np.testing.assert_array_equal(found.rotations, wanted.rotations)
