# SPDX-License-Identifier: GPL-3.0-or-later
"""Data flows one way: a package of the core imports only from those below it, modules never in a
circle, bpy nowhere, torch only in learning. The order is also on the architecture page."""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CORE = ROOT / "lsmplify_core"
ORDER = (
    "runtime", "files", "batch", "geometry", "layouts", "body", "anatomy", "tracks", "motion", "ik",
    "datasets", "reading", "calibration", "repair", "props", "unnamed", "verdict", "pipeline",
    "long_takes", "cleanup", "retarget", "review", "workflows", "evaluation", "learning", "cli",
    "__main__",
)  # fmt: skip
"""Lowest first. The package's own `__init__` stands above all: it is the public interface."""


@cache
def modules() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in sorted(CORE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(module: str) -> Iterator[str]:
    """What a module imports, as absolute names, inside functions too."""
    path = modules()[module]
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            for alias in node.names:
                inner = f"{name}.{alias.name}"
                yield inner if inner in modules() else name


def package_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


@pytest.mark.parametrize("module", sorted(modules()))
def test_a_package_knows_only_those_below_it(module: str) -> None:
    own = package_of(module)
    if not own:
        return
    assert own in ORDER, f"{own} has no place in the order"
    above = ORDER[ORDER.index(own) + 1 :]
    for name in imports(module):
        if name.startswith("lsmplify_core."):
            assert package_of(name) not in above, f"{module} imports {name}"


def test_modules_import_in_no_circle() -> None:
    graph = {
        module: {name for name in imports(module) if name in modules() and name != module}
        for module in modules()
    }
    for module, names in graph.items():
        # Importing a module through the package that holds it is no circle.
        names -= {package for package in names if module.startswith(package + ".")}
    tuple(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("module", sorted(modules()))
def test_blender_and_torch_stay_where_they_belong(module: str) -> None:
    for name in imports(module):
        top = name.split(".")[0]
        assert top not in ("bpy", "mathutils"), f"{module} imports {name}"
        if top in ("torch", "smplx", "tensorboard"):
            assert package_of(module) == "learning", f"{module} imports {name}"


def test_no_module_stands_beside_the_packages() -> None:
    beside = {path.name for path in CORE.glob("*.py")}
    assert beside == {"__init__.py", "__main__.py"}
