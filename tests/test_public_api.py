# SPDX-License-Identifier: GPL-3.0-or-later
"""The public interface: every name is there, documented, and costs nothing until it is used."""

import inspect
import subprocess
import sys

import pytest
from takes import tracks_of, waving

import lsmplify_core as lsmplify

PROMISED = {
    "read_tracks", "Tracks", "find_people", "solve", "solve_steps", "SolveSettings", "Solution",
    "Motion", "load_motion", "save_motion", "export", "clean", "resolve", "Layout", "load_layout",
    "Body", "InputError", "__version__",
}  # fmt: skip


def test_every_promised_name_is_public() -> None:
    assert set(lsmplify.__all__) == PROMISED
    assert set(lsmplify.__all__) <= set(dir(lsmplify))


@pytest.mark.parametrize("name", sorted(PROMISED - {"__version__"}))
def test_public_names_are_functions_and_classes_with_a_docstring(name: str) -> None:
    value = getattr(lsmplify, name)
    assert inspect.isfunction(value) or inspect.isclass(value)
    assert inspect.getdoc(value)


def test_names_stay_after_everything_was_imported() -> None:
    """A package of the same name inside would take the function's place."""
    code = (
        "import lsmplify_core as l, lsmplify_core.cli.main, lsmplify_core.cleanup.resolve.spans\n"
        "import lsmplify_core.cli.commands.solve, lsmplify_core.cli.commands.clean\n"
        "assert all(callable(getattr(l, n)) for n in l.__all__ if n != '__version__')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_importing_the_package_loads_no_numpy() -> None:
    code = "import sys, lsmplify_core; assert 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


_MOST_MODULES = 170
"""Of ours that a solve needs; a new one takes half a millisecond of every start."""
_NOT_FOR_A_SOLVE = (
    "argparse", "zoneinfo", "urllib.request", "http", "email", "unittest", "pydoc", "numpy.testing",
    "numpy.f2py", "numpy.ma", "scipy", "c3d", "torch", "matplotlib", "multiprocessing", "asyncio",
    "importlib.metadata", "importlib.resources", "lsmplify_core.reading", "lsmplify_core.cli",
    "lsmplify_core.evaluation", "lsmplify_core.retarget", "lsmplify_core.cleanup",
    "lsmplify_core.body.mannequin", "lsmplify_core.body.smpl_file.load",
    "lsmplify_core.body.smpl_file.unpickle", "lsmplify_core.unnamed.attach",
)  # fmt: skip


def test_the_solvers_import_brings_nothing_that_a_solve_does_not_need() -> None:
    code = (
        "import sys, numpy; before = set(sys.modules); import lsmplify_core; lsmplify_core.solve\n"
        "print(*(m for m in sys.modules if m not in before))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], check=True, timeout=60, capture_output=True, text=True
    )
    found = told.stdout.split()
    ours = [m for m in found if m.startswith("lsmplify_core")]
    assert "lsmplify_core.pipeline.steps" in ours
    assert not set(found) & set(_NOT_FOR_A_SOLVE)
    assert len(ours) <= _MOST_MODULES, len(ours)


def test_the_version_is_told_without_numpy() -> None:
    code = (
        "import sys\nfrom lsmplify_core.cli.main import main\n"
        "assert main(['--version']) == 0 and 'numpy' not in sys.modules"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], check=True, timeout=60, capture_output=True, text=True
    )
    assert told.stdout.strip() == lsmplify.__version__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = lsmplify.nothing


def test_from_tracks_to_a_cleaned_file(tmp_path) -> None:
    solution = lsmplify.solve(tracks_of(waving(40)))
    motion = lsmplify.clean(solution.motion, smooth={"arms": 0.05})
    lsmplify.save_motion(motion, tmp_path / "motion.npz")
    lsmplify.export(lsmplify.load_motion(tmp_path / "motion.npz"), tmp_path / "motion.bvh")
    assert (tmp_path / "motion.bvh").read_text().startswith("HIERARCHY")
    with pytest.raises(lsmplify.InputError, match=r"\.bvh and \.npz"):
        lsmplify.export(motion, tmp_path / "motion.fbx")


def test_files_are_named_by_paths_or_by_text(tmp_path) -> None:
    lsmplify.save_motion(waving(20), str(tmp_path / "walk.npz"))
    again = lsmplify.load_motion(str(tmp_path / "walk.npz"))
    assert again.frames == 20
    lsmplify.export(again, str(tmp_path / "walk.bvh"))
    assert lsmplify.read_tracks(str(tmp_path / "walk.bvh")).positions.shape[0] == 20
