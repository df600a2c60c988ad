# SPDX-License-Identifier: GPL-3.0-or-later
"""What `same_results.py --save` runs: the contract's commands only, since modules move.

- `solve`, every file of shared/markers (motions, reports)
- `solve`, an example with each option that takes another way through the solver
- `evaluate`, every clip of shared/motion/test as BODY_25 and CMU_41; with noise and gaps, and the
  protocols and methods besides, on the clips named in `EVALUATIONS`
- `clean`, each of its steps on a solved example
- the add-on's `bake` of the examples (`results_baked.py`), where `.venv-bpy` is
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

PARTS = ("solve", "options", "clean", "evaluate", "bake")
"""What can be run by itself; each is a folder of the results."""

EXAMPLES = ("examples/keypoints_body25.trc", "examples/markers_cmu41.trc")
"""The takes of the repository that the options, the clean-up and the bake use."""

QUICK_MARKERS = (
    "cmu_dribble",
    "squat",
    "pycgm_Static",
    "temuge",
    "S00_P00_T01_BalancingTrial_0-100.",
)
"""Beginnings of the names of the marker files that `--quick` solves."""

EVALUATIONS = {
    "body25": ["--layout", "BODY_25"],
    "cmu41": ["--layout", "CMU_41"],
    "noise": ["--layout", "CMU_41", "--subset", "cmu/13_", "--noise-mm", "5"],
    "gaps": ["--layout", "BODY_25", "--subset", "cmu/13_", "--noise-mm", "10", "--dropout", "0.3"],
    "plugin": ["--subset", "cmu/02_0", "--protocol", "plugin"],
    "pairs": ["--subset", "cmu/02_0", "--protocol", "pairs"],
    "methods": ["--subset", "cmu/85_0", "--noise-mm", "3", "--method", "learned", "gauss-newton"],
    "first": ["--layout", "CMU_41", "--subset", "cmu/02_0", "--given-first"],
    "people": ["--subset", "cmu/02_0", "--proportions", "0.08", "--contacts", "auto"],
}
"""Runs of `evaluate`, by the name of their table."""

OPTIONS = {
    "plain": [],
    "unnamed": ["--layout", "none", "--end", "120"],
    "contacts": ["--contacts", "auto"],
    "network": ["--refine", "0", "--smooth", "0"],
    "smooth": ["--refine", "3", "--smooth", "0.05", "--repair", "off"],
    "part": ["--start", "40", "--end", "200", "--resample", "24"],
    "init": ["--init", "{plain}.npz"],
    "known": ["--calibration", "{plain}_calibration.json"],
    "body": ["--body", "{plain}.npz"],
}
"""Ways to solve an example; {plain} is the result of the first."""

STEPS = {
    "refine": ["--tracks", "{take}", "--refine", "0.7"],
    "resolve": ["--tracks", "{take}", "--resolve", "60:140"],
    "resolve_key": ["--tracks", "{take}", "--resolve", "60:140", "--key", "100={other}.npz:50",
                    "--only", "left arm,Head"],
    "contacts": ["--contacts", "auto", "--save-contacts", "{out}_contacts.json"],
    "smooth": ["--smooth-region", "arms=0.05", "--smooth-region", "legs=0.03"],
    "calm": ["--tracks", "{take}", "--calm", "0.2"],
    "limits": ["--limits", "1"],
    "twist": ["--twist", "0.8"],
    "keys": ["--keys", "2,0.5", "--keys-out", "{out}_keys.json"],
    "keys_every": ["--keys", "8", "--keys-out", "{out}_keys.json"],
    "all": ["--tracks", "{take}", "--refine", "1", "--contacts", "auto", "--limits", "0.5",
            "--smooth-region", "spine=0.05"],
}  # fmt: skip
"""Steps of `clean`; {take} are the tracks, {other} is the example with noise's network result."""


def save(folder: Path, checkout: Path, shared: Path, quick: bool, parts: Sequence[str]) -> None:
    """Run some parts on this checkout's code and keep the results in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    run = Runner(folder, checkout)
    if "solve" in parts:
        _solve_markers(run, shared / "markers", quick)
    for example in EXAMPLES[1 if quick else 0 :]:
        if "options" in parts:
            _solve_options(run, Path(example))
        if "clean" in parts:
            _clean(run, Path(example))
    if "evaluate" in parts:
        _evaluate(run, shared / "motion" / "test", quick)
    if "bake" in parts:
        _bake(run)
    (folder / "errors.log").write_text("\n".join(run.errors) + "\n", encoding="utf-8")


class Runner:
    """Runs commands of a checkout, and keeps the lines that begin with `error:`."""

    def __init__(self, folder: Path, checkout: Path) -> None:
        """Commands run in `checkout` and write into `folder`."""
        self.folder, self.checkout, self.errors = folder, checkout, list[str]()

    def lsmplify(self, words: list[str]) -> None:
        """`python -m lsmplify_core …` with the checkout's environment where it has one."""
        self.python(".venv", ["-m", "lsmplify_core", *words])

    def python(self, environment: str, words: list[str]) -> None:
        """A Python of the checkout; what fails is noted, and does not stop the rest."""
        own = self.checkout / environment / "bin" / "python"
        command = [str(own if own.exists() else sys.executable), *words]
        began = time.perf_counter()
        done = subprocess.run(
            command, cwd=self.checkout, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(self.checkout)},
        )  # fmt: skip
        print(f"{time.perf_counter() - began:6.1f} s  {' '.join(words)[:120]}", flush=True)
        lines = [line for line in done.stderr.splitlines() if line.startswith("error:")]
        if done.returncode and not lines:
            lines = [f"exit code {done.returncode}: {done.stderr.strip()[-400:]}"]
        for line in lines:
            print(f"          {line}", flush=True)
        self.errors += [line.replace(str(self.folder), "DIR") for line in lines]


def _solve_markers(run: Runner, markers: Path, quick: bool) -> None:
    files = sorted(p for p in markers.rglob("*") if p.suffix in (".c3d", ".trc", ".dat"))
    if quick:
        files = [p for p in files if p.name.startswith(QUICK_MARKERS)]
    if not files:
        print(f"no marker files in {markers}: left out")
        return
    out = run.folder / "solve"
    run.lsmplify(["solve", *map(str, files), "-o", str(out), "--report", str(out)])


def _solve_options(run: Runner, take: Path) -> None:
    folder = run.folder / "options" / take.stem
    folder.mkdir(parents=True, exist_ok=True)
    plain = folder / "plain"
    found = ["--save-calibration", f"{plain}_calibration.json"]
    found += ["--save-repairs", f"{plain}_repairs.json"]
    for name, words in OPTIONS.items():
        out = folder / name
        own = [word.format(plain=plain) for word in words] + ([] if words else found)
        run.lsmplify(["solve", str(take), "-o", f"{out}.npz", "--report", f"{out}.json", *own])


def _clean(run: Runner, take: Path) -> None:
    solved, folder = run.folder / "options" / take.stem, run.folder / "clean" / take.stem
    folder.mkdir(parents=True, exist_ok=True)
    motion, other = solved / "plain.npz", solved / "network"
    for name, words in STEPS.items():
        out = folder / name
        own = [word.format(take=take, out=out, other=other) for word in words]
        run.lsmplify(["clean", str(motion), "-o", f"{out}.npz", *own])


def _evaluate(run: Runner, clips: Path, quick: bool) -> None:
    if not clips.is_dir():
        print(f"no clips in {clips}: left out")
        return
    folder = run.folder / "evaluate"
    folder.mkdir(exist_ok=True)
    for name, words in EVALUATIONS.items():
        own = words if "--subset" in words or not quick else [*words, "--subset", "cmu/02_0"]
        if quick and "cmu/13_" in own:
            own = [word.replace("cmu/13_", "cmu/13_1") for word in own]
        table = folder / f"{name}.csv"
        run.lsmplify(["evaluate", "--data", str(clips), "--by-clip", str(table), *own])


def _bake(run: Runner) -> None:
    if not (run.checkout / ".venv-bpy").exists():
        print("no .venv-bpy: the bake is left out")
        return
    (run.folder / "bake").mkdir(exist_ok=True)
    script = str(Path(__file__).with_name("results_baked.py"))
    run.python(".venv-bpy", [script, str(run.checkout), str(run.folder / "bake"), *EXAMPLES])
