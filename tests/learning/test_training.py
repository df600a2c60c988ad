# SPDX-License-Identifier: GPL-3.0-or-later
"""Training: resumed is uninterrupted, two processes are one, shards are the clips, settings are
kept."""

import csv
import json
import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from lsmplify_core.body import markers  # noqa: E402
from lsmplify_core.cli.main import main  # noqa: E402
from lsmplify_core.evaluation.synthetic import strolling  # noqa: E402
from lsmplify_core.ik.learned import features  # noqa: E402
from lsmplify_core.learning import running  # noqa: E402
from lsmplify_core.learning.configuration import (  # noqa: E402
    SHIPPED,
    configuration_path,
    configuration_text,
    read_configuration,
    settings_of,
)
from lsmplify_core.learning.data import VALIDATION, Clips, load_clips  # noqa: E402
from lsmplify_core.learning.distributed import Team  # noqa: E402
from lsmplify_core.learning.lessons import moved, own_numbers, stream  # noqa: E402
from lsmplify_core.learning.paper.train import Epochs, PaperSettings, PaperTrained  # noqa: E402
from lsmplify_core.learning.shards import load_shards, prepare_shards  # noqa: E402
from lsmplify_core.learning.train import Trained, TrainSettings  # noqa: E402
from lsmplify_core.learning.unnamed.train import PointSettings, PointsTrained  # noqa: E402
from lsmplify_core.motion.motion import load_motion, save_motion  # noqa: E402
from lsmplify_core.runtime.errors import InputError  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
SMALL = TrainSettings(steps=4, rounds=2, frames=24, lengths=(12,))


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """Three clips to learn from and one that is kept apart."""
    folder = tmp_path_factory.mktemp("motion")
    for i, name in enumerate(("cmu/01_01", "cmu/01_02", "stroll/long", f"{VALIDATION[0]}01")):
        (folder / name).parent.mkdir(exist_ok=True)
        save_motion(strolling(70 + 9 * i, 30.0), folder / f"{name}.npz")
    return folder


def weights(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as file:
        return {k: file[k] for k in file.files if file[k].dtype.kind == "f"}


def assert_same(one: Path, other: Path, atol: float = 0.0) -> None:
    a, b = weights(one), weights(other)
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_allclose(a[name], b[name], rtol=0, atol=atol, err_msg=name)


@pytest.mark.parametrize(
    ("network", "cycles", "kills"),
    [
        (
            "ours",
            [replace(SMALL, steps=2), replace(SMALL, steps=2, seed=2, lengths=(6, 12))],
            (1, 2),
        ),
        ("unnamed", [PointSettings(steps=4, windows=2)], (1, 2)),
        ("paper", [PaperSettings(steps=4, batch=8, people=2, dropout=0.5)], (2,)),
    ],
)
def test_resumed_is_uninterrupted_to_the_bit(
    network, cycles, kills, data, tmp_path, monkeypatch
) -> None:
    """Killed between any two lessons: dropout, optimiser, rate and averages go on as they were."""
    whole, parts = tmp_path / "whole.npz", tmp_path / "parts.npz"
    options = running.Options("cpu", checkpoint_every=1, validate_every=0)
    running.train_network(network, cycles, data, whole, options)
    for lessons in kills:
        left = [lessons]
        with monkeypatch.context() as patch:
            save = running.KINDS[network]

            class KilledError(Exception):
                pass

            def build(*args, save=save, left=left, killed=KilledError):
                trainee = save.build(*args)
                turn = trainee.turn

                def dying(model, lesson, state):
                    if state is None:
                        if left[0] == 0:
                            raise killed
                        left[0] -= 1
                    return turn(model, lesson, state)

                trainee.turn = dying
                return trainee

            patch.setitem(running.KINDS, network, replace(save, build=build))
            with pytest.raises(KilledError):
                running.train_network(network, cycles, data, parts, replace(options, resume=True))
    running.train_network(network, cycles, data, parts, replace(options, resume=True))
    assert_same(whole, parts)
    before = parts.stat().st_mtime_ns
    running.train_network(network, cycles, data, parts, replace(options, resume=True))
    assert parts.stat().st_mtime_ns == before, "a finished training was done again"


def test_other_settings_are_not_resumed(data, tmp_path, capsys) -> None:
    words = ["train", "--data", str(data), "--out", str(tmp_path / "a.npz"), "--device", "cpu"]
    config = tmp_path / "small.toml"
    config.write_text(configuration_text("ours", [replace(SMALL, steps=1)]))
    assert main([*words, "--config", str(config)]) == 0
    config.write_text(configuration_text("ours", [replace(SMALL, steps=1, rate=1e-5)]))
    assert main([*words, "--config", str(config), "--resume"]) == 2
    assert "rate = 1e-05" in capsys.readouterr().err
    (tmp_path / "a.checkpoint.pt").write_bytes(b"nothing")
    assert main([*words, "--config", str(config), "--resume"]) == 2
    assert "a.checkpoint.pt" in capsys.readouterr().err


def test_two_processes_are_one_with_their_lessons_together(data, tmp_path) -> None:
    """gloo under torchrun: each lesson is learned once; weights as of one process but for the order
    of sums (and half precision on disk)."""
    config = tmp_path / "small.toml"
    config.write_text(configuration_text("ours", [replace(SMALL, steps=6, half=False)]))
    more = ["--config", str(config), "--device", "cpu", "--log-file", str(tmp_path / "log.csv")]
    words = ["train", "--data", str(data), "--out", str(tmp_path / "two.npz"), *more]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
         "-m", "lsmplify_core", *words],
        env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("weights: ") == 1
    one = ["--lessons-per-step", "2", "--out", str(tmp_path / "one.npz")]
    assert main(["train", "--data", str(data), *more, *one]) == 0
    assert_same(tmp_path / "one.npz", tmp_path / "two.npz", atol=2e-3)


def test_lessons_are_shared_out_and_none_is_learned_twice() -> None:
    teams = [Team(rank, 3, torch.device("cpu")) for rank in range(3)]
    shares = [own_numbers(12, 48, 6, team) for team in teams]
    assert sorted(n for share in shares for n in share) == list(range(12, 48))
    for step in range(6):
        assert {n // 6 for share in shares for n in share[2 * step : 2 * step + 2]} == {2 + step}


def test_every_frame_of_the_data_is_seen_once_an_epoch(data) -> None:
    clips = load_clips(data)
    settings = PaperSettings(epochs=2, batch=16, people=2)
    epochs = Epochs(clips, settings)
    each = epochs.lessons // 2
    seen = []
    for lesson in range(each):
        which, at = epochs.frames(lesson)
        assert (at < clips.lengths[which]).all()
        seen += (clips.starts[which] + at).tolist()
    whole = {
        int(start) + i
        for start, length in zip(clips.starts, clips.lengths, strict=True)
        for i in range(int(0.1 * length), int(0.1 * length) + int(0.8 * length))
    }
    assert set(seen) == whole
    assert len(seen) - len(whole) < 16
    again = torch.cat([epochs.frames(each + i)[1] for i in range(each)])
    assert not torch.equal(again, torch.cat([epochs.frames(i)[1] for i in range(each)]))


def test_worker_processes_make_the_same_lessons(data) -> None:
    trainee = Trained(load_clips(data), None, SMALL)
    own = list(stream(trainee, [3, 1, 2], 0))
    for (made, firm), (ahead, as_firm) in zip(own, stream(trainee, [3, 1, 2], 1), strict=True):
        assert firm == as_firm
        assert torch.equal(made.target.points, ahead.target.points)
        assert torch.equal(made.start.rotations, ahead.start.rotations)


def test_shards_are_the_clips_to_the_bit(data, tmp_path) -> None:
    shards = tmp_path / "shards"
    assert main(["train", "prepare", "--data", str(data), "--out", str(shards)]) == 0
    for part, apart in (("train", False), ("validation", True)):
        direct, mapped = load_clips(data, validation=apart), load_shards(shards, part)
        for field in fields(Clips):
            assert torch.equal(getattr(direct, field.name), getattr(mapped, field.name)), field.name
    out = [tmp_path / f"{name}.npz" for name in ("direct", "shards")]
    running.train_network("ours", [SMALL], data, out[0], running.Options("cpu"))
    running.train_network("ours", [SMALL], shards, out[1], running.Options("cpu"))
    assert_same(*out)


def test_shards_of_the_other_convention_are_refused(data, tmp_path) -> None:
    shards = tmp_path / "shards"
    words = ["train", "prepare", "--data", str(data), "--out", str(shards), "--anatomical"]
    assert main(words) == 0
    found = load_shards(shards, "train", anatomical=True)
    assert torch.equal(found.rotations, load_clips(data, anatomical=True).rotations)
    says = "in the anatomical convention, and the configuration asks for rotations as the files"
    with pytest.raises(InputError, match=says):
        running.train_network("ours", [SMALL], shards, tmp_path / "w.npz", running.Options("cpu"))


def test_cycles_agree_on_the_convention(data, tmp_path) -> None:
    cycles = [SMALL, replace(SMALL, anatomical=True)]
    with pytest.raises(InputError, match="either all cycles of a configuration set it, or none"):
        running.train_network("ours", cycles, data, tmp_path / "w.npz", running.Options("cpu"))


def test_amass_as_its_owners_ship_it(tmp_path) -> None:
    """SMPL-H and SMPL-X files, nested subsets, shapes without motion, damaged files, its own
    split."""
    amass, motion = tmp_path / "AMASS", strolling(40, 120.0)
    places = {
        "CMU/CMU/01/01_01_poses.npz": 156, "BMLrub/rub001/0000_treadmill_norm_poses.npz": 156,
        "CNRS/283/01_L_1_stageii.npz": 165, "SFU/SFU/0005/0005_Walking001_poses.npz": 156,
        "SSM_synced/resynced/20160330_03333_poses.npz": 156, "CMU/CMU/02/02_05_poses.npz": 156,
    }  # fmt: skip
    for place, width in places.items():
        save_amass(amass / place, motion, width)
    np.savez(amass / "CMU/CMU/01/shape.npz", gender="male", betas=np.zeros(16))
    np.savez(amass / "CNRS/283/neutral_stagei.npz", betas=np.zeros(16))
    (amass / "CMU/CMU/01/broken_poses.npz").write_bytes(b"PK nothing")
    prepare_shards(amass, tmp_path / "shards", ["CMU/*/02/*"])
    index = json.loads((tmp_path / "shards/index.json").read_text())
    assert index["train"] == {"clips": 3, "frames": 30}
    assert index["validation"]["clips"] == 1
    left = dict(index["left_out"])
    assert set(left) == {
        "CMU/CMU/01/broken_poses.npz", "CMU/CMU/02/02_05_poses.npz",
        "SSM_synced/resynced/20160330_03333_poses.npz",
    }  # fmt: skip
    clips = load_shards(tmp_path / "shards", "train")
    truth = load_motion(amass / "CNRS/283/01_L_1_stageii.npz")
    assert clips.lengths.tolist() == [10, 10, 10]
    assert truth.frames == 40


def save_amass(path: Path, motion, width: int) -> None:
    from lsmplify_core.geometry.rotations import matrix_to_axis_angle

    path.parent.mkdir(parents=True, exist_ok=True)
    poses = np.zeros((motion.frames, width))
    poses[:, :66] = matrix_to_axis_angle(motion.rotations[:, :22]).reshape(motion.frames, 66)
    rate = "mocap_frame_rate" if width == 165 else "mocap_framerate"
    np.savez(path, poses=poses, trans=motion.root, betas=np.zeros(16), gender="female",
             dmpls=np.zeros((motion.frames, 8)), **{rate: 120.0})  # fmt: skip


def test_shipped_configurations_are_what_training_does_by_default() -> None:
    """All can be read, the defaults of a network are of its kind, and the paper's is as
    published."""
    for path in SHIPPED.glob("*.toml"):
        network, tables = read_configuration(path)
        kind = running.KINDS[network].settings
        assert all(settings_of(kind, t, path.name) for t in tables)
    for network, kind in running.KINDS.items():
        assert read_configuration(configuration_path(kind.shipped))[0] == network
    _, (table,) = read_configuration(configuration_path("paper"))
    paper = settings_of(PaperSettings, table, "paper")
    assert (paper.epochs, paper.dropout, paper.rate, paper.batch) == (100, 0.5, 1e-4, 128)


def test_the_weights_hold_the_configuration(data, tmp_path) -> None:
    out = tmp_path / "a.npz"
    running.train_network("ours", [SMALL], data, out, running.Options("cpu"))
    with np.load(out) as file:
        text = json.loads(str(file["settings"]))["configuration"]
    (tmp_path / "again.toml").write_text(text)
    network, (table,) = read_configuration(tmp_path / "again.toml")
    assert (network, settings_of(TrainSettings, table, "")) == ("ours", SMALL)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("network = ", "is not TOML"),
        ("steps = 5\n[[cycle]]\n", "'steps' is not known"),
        ('network = "ours"\n', "at least one"),
        ('network = "ours"\n[[cycle]]\nstepps = 3\n', "'stepps' is no setting"),
        ('network = "ours"\n[[cycle]]\nsteps = 3.5\n', "whole number"),
        ('network = "ours"\n[[cycle]]\nlengths = 24\n', "list of numbers"),
        ('network = "theirs"\n[[cycle]]\n', "for the network 'theirs'"),
    ],
)
def test_a_configuration_that_cannot_be_is_one_line(text, says, data, tmp_path, capsys) -> None:
    config = tmp_path / "bad.toml"
    config.write_text(text)
    words = ["train", "--data", str(data), "--out", str(tmp_path / "a.npz")]
    assert main([*words, "--config", str(config)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert says in line


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--device", "cuda"], "no CUDA device"),
        (["--config", "nothing"], "shipped ones are"),
        (["--epochs", "3"], "--network paper"),
        (["--steps", "0"], "not a number of lessons"),
        (["--workers", "-1"], "less than none"),
    ],
)
def test_bad_options_are_one_line(words, says, data, tmp_path, capsys) -> None:
    if "cuda" in words and torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    assert main(["train", "--data", str(data), "--out", str(tmp_path / "a.npz"), *words]) == 2
    assert says in capsys.readouterr().err


def test_logs_say_how_it_goes_and_go_on_when_resumed(data, tmp_path, capsys) -> None:
    table, text = tmp_path / "log.csv", tmp_path / "log.txt"
    for log in (table, text):
        options = running.Options("cpu", validate_every=2, log=log)
        running.train_network("ours", [SMALL], data, tmp_path / "a.npz", options)
    with table.open() as file:
        rows = list(csv.DictReader(file))
    assert [r["lesson"] for r in rows] == ["2", "4", "4"]
    assert float(rows[1]["degrees_2"]) > 0
    assert float(rows[0]["validation_degrees"]) > 0
    assert "lessons/s, 0 s left" in text.read_text()
    assert "lesson 4 of 4" in capsys.readouterr().out


@pytest.mark.parametrize("network", ["ours", "unnamed", "paper"])
def test_every_network_computes_on_another_device(network, data, monkeypatch) -> None:
    """On PyTorch's `meta` device, which has shapes and no numbers: to mix devices is an error there
    as on a GPU."""
    settings, kind = {
        "ours": (replace(SMALL, half=False), Trained),
        "unnamed": (PointSettings(windows=2), PointsTrained),
        "paper": (PaperSettings(batch=4, people=2, half=False), PaperTrained),
    }[network]  # fmt: skip
    trainee = kind(load_clips(data), None, settings)
    meta = torch.device("meta")
    own = trainee.lesson(0)
    if network == "ours":  # numbers that a GPU would give back
        for module in (markers, features):
            joints = own[0].target.joints.numpy()
            monkeypatch.setattr(module, "on_host", lambda _, joints=joints: joints)
    lesson, model, state = moved(own, meta), trainee.model.to(meta), None
    with Team(0, 1, meta).placing():
        for _ in range(trainee.turns):
            loss, state, figures = trainee.turn(model, lesson, state)
            assert loss.device.type == figures.device.type == "meta"
            loss.backward()
