# SPDX-License-Identifier: GPL-3.0-or-later
"""The matrix runs every file of tests, those in folders of features too."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_files_in_folders_of_features_are_run() -> None:
    spec = importlib.util.spec_from_file_location("matrix", ROOT / "scripts/matrix.py")
    assert spec is not None
    assert spec.loader is not None
    matrix = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(matrix)
    found = set(matrix._files(["tests/addon"]))
    assert found == set((ROOT / "tests/addon").rglob("test_*.py"))
    assert any(path.parent.name == "character" for path in found)
