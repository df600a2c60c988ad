# SPDX-License-Identifier: GPL-3.0-or-later
"""The Flamenco job type, compiled in a JavaScript engine against the manager's documented interface
(`author.Task`, `author.Command`, `job.addTask` …), and its commands run as a worker would."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

quickjs = pytest.importorskip("quickjs", reason="needs a JavaScript engine: pip install -e .[dev]")

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = (ROOT / "farm/flamenco/lsmplify_solve.js").read_text(encoding="utf-8")
SETTING_KEYS = {
    "key", "type", "subtype", "choices", "propargs", "description", "label", "default", "eval",
    "evalInfo", "visible", "required", "editable",
}  # fmt: skip
"""What the manager's AvailableJobSetting knows."""
MANAGER = """
var tasks = [];
class Task {
    constructor(name, type) { this.name = name; this.type = type; this.commands = [];
                              this.dependencies = []; }
    addCommand(command) { this.commands.push(command); }
    addDependency(task) {
        if (!(task instanceof Task)) throw new Error("a dependency is a task");
        this.dependencies.push(task.name);
    }
}
const author = { Task: (name, type) => new Task(name, type),
                 Command: (name, parameters) => ({ name: name, parameters: parameters }) };
function compiled(settings) {
    tasks = [];
    compileJob({ settings: JSON.parse(settings), name: "job", priority: 50,
                 addTask: (task) => { tasks.push(task); } });
    return JSON.stringify(tasks);
}
"""


@pytest.fixture
def engine():
    context = quickjs.Context()
    context.eval(MANAGER + SCRIPT)
    return context


def defaults(engine) -> dict:
    found = json.loads(engine.eval("JSON.stringify(JOB_TYPE.settings)"))
    return {s["key"]: s["default"] for s in found if "default" in s}


def tasks_of(engine, **settings: object) -> list[dict]:
    asked = {**defaults(engine), "takes": "/in", "out": "/out", **settings}
    return json.loads(engine.get("compiled")(json.dumps(asked)))


def test_the_settings_are_what_the_manager_knows(engine) -> None:
    job_type = json.loads(engine.eval("JSON.stringify(JOB_TYPE)"))
    assert set(job_type) <= {"label", "description", "settings"}
    kinds = {"string": str, "int32": int, "float": float, "bool": bool}
    for setting in job_type["settings"]:
        assert set(setting) <= SETTING_KEYS
        assert setting["type"] in kinds
        assert setting.get("subtype", "dir_path") in {"file_path", "dir_path", "hashed_file_path"}
        assert setting.get("visible", "submission") in {"visible", "hidden", "submission", "web"}
        assert isinstance(setting.get("default", kinds[setting["type"]]()), kinds[setting["type"]])
        assert setting.get("default", "") in setting.get("choices", [setting.get("default", "")])


def test_a_task_a_part_and_a_summary_after_them(engine) -> None:
    tasks = tasks_of(engine, shards=12, bake="fbx", options="--layout 'my set.json' --smooth 0")
    by_name = {t["name"]: t for t in tasks}
    assert len(by_name) == len(tasks) == 12 + 12 + 1
    assert tasks[-1]["name"] == "summary"
    assert len(by_name["summary"]["dependencies"]) == 24
    assert by_name["bake-03-of-12"]["dependencies"] == ["solve-03-of-12"]
    assert by_name["bake-03-of-12"]["type"] == "blender"
    (command,) = by_name["solve-03-of-12"]["commands"]
    assert command["name"] == "exec"
    words = command["parameters"]["args"]
    assert all(isinstance(w, str) for w in words)
    assert words[words.index("--shard") + 1] == "3/12"
    assert words[-4:] == ["--layout", "my set.json", "--smooth", "0"]
    # The manager adds tasks in order; one that is depended on comes before.
    seen: set[str] = set()
    for task in tasks:
        assert set(task["dependencies"]) <= seen
        seen.add(task["name"])


@pytest.mark.parametrize("wrong", [{"shards": 0}, {"bake": "obj"}])
def test_settings_that_cannot_be_are_refused(engine, wrong) -> None:
    with pytest.raises(quickjs.JSException, match=next(iter(wrong))):
        tasks_of(engine, **wrong)


def test_the_commands_run_as_a_worker_runs_them(
    engine, takes, tmp_path, environment, blender
) -> None:
    """Task after task with the manager's variables filled in; the damaged take fails none."""
    for file in sorted(takes.iterdir())[2:8]:
        file.unlink()
    out = tmp_path / "solved"
    variables = {"{lsmplify}": sys.executable, "{blender}": str(blender)}
    tasks = tasks_of(engine, takes=str(takes), out=str(out), shards=2, bake="bvh",
                     lsmplify="{lsmplify}")  # fmt: skip
    for task in tasks:
        for command in task["commands"]:
            words = [command["parameters"]["exe"], *command["parameters"]["args"]]
            words = [variables.get(w, w) for w in words]
            words[1:1] = ["-m", "lsmplify_core"]
            done = subprocess.run(words, env=environment, capture_output=True, text=True,
                                  timeout=300, check=False)  # fmt: skip
            assert done.returncode == 0, f"{task['name']}: {done.stderr}"
    solved = ["take_01", "take_02", "take_10"]
    assert sorted(p.stem for p in out.glob("*.npz")) == solved
    assert sorted(p.stem for p in (out / "baked").glob("*.bvh")) == solved
    assert (out / "summary.html").exists()
