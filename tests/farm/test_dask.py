# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify solve … --dask ADDRESS`: a scheduler and two workers on this machine, one killed."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from farm_takes import write_takes

from lsmplify_core.cli.main import main

pytest.importorskip("distributed", reason="needs dask.distributed: pip install -e .[cluster]")


class Cluster:
    """A scheduler and two workers in a folder of their own, so that relative paths would not do."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        folder.mkdir()
        self.file, self.folder, self.environment = folder / "scheduler.json", folder, environment
        self.processes: list[subprocess.Popen] = []
        words = ("--port", "0", "--no-dashboard", "--host", "127.0.0.1")
        self.start("scheduler", *words, "--scheduler-file", str(self.file))
        self.workers = [
            self.start(
                "worker", "--scheduler-file", str(self.file), "--nthreads", "1",
                "--no-nanny", "--no-dashboard", "--local-directory", str(folder),
            )
            for _ in range(2)
        ]  # fmt: skip

    def start(self, what: str, *words: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", what, *words], cwd=self.folder, env=self.environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.processes.append(process)
        return process

    @property
    def address(self) -> str:
        import json

        deadline = time.monotonic() + 60
        while not self.file.exists():
            assert time.monotonic() < deadline, "no scheduler"
            time.sleep(0.05)
        return json.loads(self.file.read_text())["address"]


@pytest.fixture
def cluster(tmp_path, environment) -> Iterator[Cluster]:
    started = Cluster(tmp_path / "cluster", environment)
    yield started
    for process in reversed(started.processes):
        process.kill()
        process.wait()


def test_a_worker_killed_half_way_costs_no_take(tmp_path, cluster, environment) -> None:
    """Every take is solved, to the same bytes as without a cluster, and told of once."""
    folder = write_takes(tmp_path / "takes", 10, damaged=(9,), frames=60)
    words = [sys.executable, "-m", "lsmplify_core", "solve", "takes"]
    job = subprocess.Popen(
        [*words, "-o", "out", "--dask", cluster.address],
        cwd=tmp_path, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    out = tmp_path / "out"
    deadline = time.monotonic() + 120
    while len(list(out.glob("*.npz"))) < 2:
        assert job.poll() is None, job.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    cluster.workers[0].send_signal(signal.SIGKILL)
    said, errors = job.communicate(timeout=180)
    assert job.returncode == 2
    lines = [line for line in errors.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1
    assert "take_09.npz" in lines[0]
    solved = sorted(p.name for p in out.glob("*.npz"))
    assert solved == sorted(p.name for p in folder.iterdir() if p.stem != "take_09")
    for name in solved:
        assert sum(f"{name}: " in line for line in said.splitlines()) == 1
    local = subprocess.run([*words, "-o", "local"], cwd=tmp_path, env=environment,
                           capture_output=True, check=False)  # fmt: skip
    assert local.returncode == 2
    for name in solved:
        assert (out / name).read_bytes() == (tmp_path / "local" / name).read_bytes()


def test_a_take_that_kills_every_worker_is_told_and_recorded(takes, tmp_path) -> None:
    """What the client writes in place of workers that died."""
    import argparse

    from lsmplify_core.cli.takes.take import TakeJob, lost
    from lsmplify_core.files.manifest import read_manifest

    manifest = tmp_path / "out/manifest.jsonl"
    job = TakeJob("take_01.npz", takes / "take_01.npz", tmp_path / "out/take_01.npz",
                  manifest=manifest)  # fmt: skip
    outcome = lost(job, argparse.Namespace(kept={}), "the worker died 3 times")
    assert outcome.code == 2
    record = read_manifest(manifest)["take_01.npz"]
    assert "died 3 times" in record["error"]
    assert record["outputs"] == {}
    assert len(record["input"]) == 64


def test_no_scheduler_is_one_line(takes, tmp_path, capsys, monkeypatch) -> None:
    from lsmplify_core.cli.takes import cluster

    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.2)
    words = ["solve", str(takes), "-o", str(tmp_path / "out"), "--dask", "tcp://127.0.0.1:9"]
    assert main(words) == 2
    (line,) = [x for x in capsys.readouterr().err.splitlines() if x.startswith("error:")]
    assert "tcp://127.0.0.1:9" in line
    assert "dask scheduler" in line
