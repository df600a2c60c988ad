# SPDX-License-Identifier: GPL-3.0-or-later
"""The OpenJD job template, checked and run by the reference implementation's command."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "farm/openjd/solve.yaml"
OPENJD = Path(sys.executable).with_name("openjd")

pytestmark = pytest.mark.skipif(
    not OPENJD.exists(), reason="needs openjd-cli: pip install -e .[dev]"
)


def openjd(*words: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(OPENJD), *words], env=environment, capture_output=True, text=True,
                          timeout=300, check=False)  # fmt: skip


def run(step: str, environment: dict[str, str], **parameters: object) -> dict:
    """Run a step with those that it depends on; the command's own result."""
    words = [f"{key}={value}" for key, value in parameters.items()]
    done = openjd(
        "run", str(TEMPLATE), "--step", step, "--run-dependencies", "--output", "json",
        *(w for pair in words for w in ("-p", pair)), environment=environment,
    )  # fmt: skip
    said = done.stdout[done.stdout.index("{\n") :]
    result = json.loads(said)
    assert (done.returncode == 0) == (result["status"] == "success"), done.stdout
    return result


def test_the_template_is_valid(environment) -> None:
    done = openjd("check", str(TEMPLATE), environment=environment)
    assert done.returncode == 0, done.stdout + done.stderr


def test_takes_are_solved_in_chunks_baked_and_summed_up(
    takes, tmp_path, environment, blender
) -> None:
    """Ten takes in five parts, two at a time; the damaged one is in the summary and stops
    nothing."""
    out = tmp_path / "solved"
    for file in sorted(takes.iterdir())[3:8]:
        file.unlink()
    result = run(
        "Summary", environment, Takes=takes, Out=out, Shards=3, ShardsPerTask=2,
        Python=sys.executable, Bake="bvh", Blender=blender, Options="--smooth 0",
    )  # fmt: skip
    assert result["status"] == "success", result
    assert result["chunks_run" if "chunks_run" in result else "tasks_run"] >= 5
    solved = ["take_01", "take_02", "take_03", "take_10"]
    assert sorted(p.stem for p in out.glob("*.npz")) == solved
    assert sorted(p.stem for p in (out / "baked").glob("*.bvh")) == solved
    records = [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]
    assert sorted(r["take"] for r in records if r["error"]) == ["take_09.npz"]
    assert len(records) == 5
    assert (out / "summary.html").stat().st_size > 500
    assert "take_09" in (out / "summary.json").read_text()
    before = {p.name: p.stat().st_mtime_ns for p in out.glob("*.npz")}
    run("Solve", environment, Takes=takes, Out=out, Shards=3, ShardsPerTask=3,
        Python=sys.executable, Options="--smooth 0")  # fmt: skip
    assert {p.name: p.stat().st_mtime_ns for p in out.glob("*.npz")} == before


def test_bad_usage_fails_the_task(takes, tmp_path, environment) -> None:
    result = run("Solve", environment, Takes=takes, Out=tmp_path / "out", Shards=2,
                 Python=sys.executable, Options="--refine 99")  # fmt: skip
    assert result["status"] != "success"
