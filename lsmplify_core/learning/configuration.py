# SPDX-License-Identifier: GPL-3.0-or-later
"""A training's settings as TOML: read from a file or a shipped one, stored in the weights.

    network = "ours"

    [[cycle]]
    steps = 5000
    rate = 1.2e-3

Every cycle is a training that goes on from the weights of the one before. What a cycle can set are
the fields of the network's settings (`TrainSettings`, `PaperSettings`, `PointSettings`).
"""

import dataclasses
import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from ..runtime.errors import InputError

SHIPPED: Final = Path(__file__).with_name("configurations")
"""Configurations by name: `ours`, `paper`, `unnamed` are what the weights were trained with."""

S = TypeVar("S")


def configuration_path(name: str) -> Path:
    """The file of a shipped configuration, or a path as it is. InputError where there is none."""
    shipped = SHIPPED / f"{name}.toml"
    path = shipped if shipped.is_file() else Path(name)
    if not path.is_file():
        names = ", ".join(sorted(p.stem for p in SHIPPED.glob("*.toml")))
        raise InputError(f"--config {name}: there is no such file; shipped ones are {names}")
    return path


def read_configuration(path: Path) -> tuple[str, list[dict[str, Any]]]:
    """The network's name and its cycles. InputError where the file is not TOML of this kind."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: is not TOML: {error}") from error
    cycles = content.get("cycle", [])
    others = sorted(set(content) - {"network", "cycle"})
    if others:
        raise InputError(f"{path}: {others[0]!r} is not known; there are network and [[cycle]]")
    if (
        not isinstance(content.get("network", ""), str)
        or not isinstance(cycles, list)
        or not cycles
    ):
        raise InputError(f"{path}: needs a network and at least one [[cycle]]")
    if not all(isinstance(cycle, dict) for cycle in cycles):
        raise InputError(f"{path}: each cycle is a table, written [[cycle]]")
    return content.get("network", "ours"), cycles


def settings_of(kind: type[S], values: dict[str, Any], source: str) -> S:
    """A network's settings with these values. InputError for a name or a kind that it has not."""
    fields = {f.name: f for f in dataclasses.fields(kind)}  # pyright: ignore[reportArgumentType]
    made: dict[str, Any] = {}
    for name, value in values.items():
        if name not in fields:
            raise InputError(f"{source}: {name!r} is no setting; there are {', '.join(fields)}")
        made[name] = _fitting(value, fields[name].default, f"{source}: {name}")
    return kind(**made)


def configuration_text(network: str, cycles: Sequence[Any]) -> str:
    """The settings of every cycle as TOML, all fields written out."""
    lines = [f'network = "{network}"']
    for cycle in cycles:
        lines += ["", "[[cycle]]"]
        for field in dataclasses.fields(cycle):
            value = getattr(cycle, field.name)
            if value is not None:
                lines.append(f"{field.name} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def _fitting(value: Any, default: Any, where: str) -> Any:
    """The value as the kind of the default: whole numbers do for others, lists for tuples."""
    if isinstance(default, tuple):
        if not isinstance(value, list) or not all(_is_number(v) for v in value) or not value:
            raise InputError(f"{where} = {value!r} is not a list of numbers")
        return tuple(type(default[0])(v) for v in value) if default else tuple(value)
    wanted = float if default is None else type(default)
    if wanted is float and _is_number(value):
        return float(value)
    if type(value) is not wanted:
        kinds = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
        raise InputError(f"{where} = {value!r} is not {kinds.get(wanted, wanted.__name__)}")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _toml(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(v) for v in value)}]"
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value)
