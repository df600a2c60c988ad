# SPDX-License-Identifier: GPL-3.0-or-later
"""The add-on, registered in an empty Blender for each test and taken back at the end: a class that
stays registered at exit makes bpy crash or hang."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

if importlib.util.find_spec("bpy") is None:
    collect_ignore_glob = ["test_*.py"]

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "lsmplify_extension"


def pytest_report_header() -> str:
    if importlib.util.find_spec("bpy") is None:
        return "tests/addon skipped: the bpy module is not installed here"
    import bpy

    return f"Blender {bpy.app.version_string}"


def load_extension() -> ModuleType:
    """The checkout as a package under a name of its own, as Blender loads an extension."""
    if PACKAGE not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            PACKAGE, ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
        )
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[PACKAGE] = module
        spec.loader.exec_module(module)
    return sys.modules[PACKAGE]


@pytest.fixture
def extension() -> Iterator[ModuleType]:
    import bpy

    bpy.ops.wm.read_factory_settings(use_empty=True)
    module = load_extension()
    module.register()
    yield module
    module.unregister()
    left = [n for n in dir(bpy.types) if "lsmplify" in n.lower()]
    assert not left, f"still registered: {left}"
    assert not hasattr(bpy.types.Scene, "lsmplify")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Blender 4.2's module crashes in its own clean-up after any property with a poll function was
    registered and taken back, whoever did it; leave before that, with the tests' own result."""
    import os

    bpy = sys.modules.get("bpy")
    if bpy is not None and bpy.app.version < (4, 4, 0):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(_status.get("code", 1)))


_status: dict[str, int] = {}


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    _status["code"] = int(exitstatus)
