# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bone of a rig plays which role, kept as JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from ...files.atomic import write_whole
from ...files.json_files import read_json
from ...runtime.errors import InputError
from .rig import Rig
from .roles import CHAINS, NEEDED, ROLES

_FULL_TURN: Final = 6.3
"""Radians that no correction is larger than."""
MOST_BYTES: Final = 1 << 20
"""Larger files are not read as maps."""


@dataclass(frozen=True)
class RigMap:
    """Roles and the bones that play them.

    name: the rig kind, or "structure", or what a file calls it.
    bones: role of `ROLES` -> bones of the rig, parents first; roles without a bone are left out.
    evidence: one sentence on why this map was chosen.
    guessed: roles that rest on the rig's structure alone, to be looked at.
    rest: role -> rotation vector, radians in its joint's own frame at rest, by which an artist
    corrected what is assumed of the rest pose; see `rest_corrections`.
    """

    name: str
    bones: Mapping[str, tuple[str, ...]]
    evidence: str = ""
    guessed: frozenset[str] = field(default_factory=frozenset)
    rest: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)

    def first(self, role: str) -> str | None:
        """The first bone of a role, None where nobody plays it."""
        chain = self.bones.get(role, ())
        return chain[0] if chain else None

    @property
    def mapped(self) -> tuple[str, ...]:
        """All bones that have a role, in the order of the roles."""
        return tuple(b for role in ROLES for b in self.bones.get(role, ()))


def check_map(rig_map: RigMap, rig: Rig) -> None:
    """Say in one line what is wrong with a map for a rig.

    Raises:
        InputError: a role that doesn't exist, a bone that is gone or has two roles, a chain where
            one bone is asked for, or a rig without what a person needs (legs, pelvis, trunk).
    """
    where = f"map {rig_map.name!r} for armature {rig.title!r}"
    known, seen = set(rig.names), dict[str, str]()
    for role, chain in rig_map.bones.items():
        if role not in ROLES:
            raise InputError(f"{where}: role {role!r} is not one of {', '.join(ROLES[:12])}, …")
        if len(chain) > 1 and role not in CHAINS:
            raise InputError(f"{where}: {role} takes one bone, not {len(chain)}")
        for bone in chain:
            if bone not in known:
                raise InputError(f"{where}: there is no bone {bone!r} for {role}; choose another")
            if bone in seen:
                raise InputError(
                    f"{where}: bone {bone!r} is there twice, for {seen[bone]} and {role}"
                )
            seen[bone] = role
    missing = [r for r in NEEDED if not rig_map.bones.get(r)]
    if missing:
        raise InputError(f"{where}: no bone is {', '.join(missing)}; a person needs legs and hips")
    if not (rig_map.bones.get("Spine") or rig_map.bones.get("Head")):
        raise InputError(f"{where}: no bone is Spine or Head; a person needs a trunk")


def map_to_json(rig_map: RigMap) -> dict[str, Any]:
    """`{"name", "bones": {role: bone or [bones]}}`, with `"rest": {role: [x, y, z]}` where the rest
    pose was corrected, ready for json.dump."""
    bones = {
        role: chain[0] if len(chain) == 1 else list(chain)
        for role in ROLES
        if (chain := rig_map.bones.get(role, ()))
    }
    rest = {role: [round(v, 6) for v in turn] for role, turn in rig_map.rest.items()}
    return {"name": rig_map.name, "bones": bones, **({"rest": rest} if rest else {})}


def map_from_json(data: Any, source: str) -> RigMap:
    """A map from parsed JSON. source: the file, for messages. InputError says what is wrong."""
    fields = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    entries = fields.get("bones")
    if not isinstance(entries, dict):
        raise InputError(f'{source}: a map has the form {{"name": …, "bones": {{role: bone}}}}')
    bones: dict[str, tuple[str, ...]] = {}
    for role, value in cast("dict[str, Any]", entries).items():
        chain = cast("list[Any]", value) if isinstance(value, list) else [value]
        if role not in ROLES:
            raise InputError(f"{source}: role {role!r} is not one of {', '.join(ROLES[:12])}, …")
        if not all(isinstance(b, str) for b in chain):
            raise InputError(f"{source}: role {role}: its bones must be names")
        if chain:
            bones[role] = tuple(chain)
    name = str(fields.get("name", Path(source).stem))
    return RigMap(name, bones, f"read from {source}", rest=_rest_of(fields.get("rest", {}), source))


def _rest_of(data: Any, source: str) -> dict[str, tuple[float, float, float]]:
    """The corrections of a rest pose from parsed JSON; InputError says what is wrong."""
    if not isinstance(data, dict):
        raise InputError(f'{source}: "rest" has the form {{role: [x, y, z]}}, radians')
    found: dict[str, tuple[float, float, float]] = {}
    for role, value in cast("dict[str, Any]", data).items():
        if role not in ROLES:
            raise InputError(f"{source}: role {role!r} is not one of {', '.join(ROLES[:12])}, …")
        turn = cast("list[Any]", value) if isinstance(value, list) else []
        numbers = [float(v) for v in turn if isinstance(v, int | float) and abs(v) <= _FULL_TURN]
        if len(turn) != 3 or len(numbers) != 3:
            raise InputError(f"{source}: rest of {role} is not three angles in radians")
        found[role] = (numbers[0], numbers[1], numbers[2])
    return found


def load_map(path: Path) -> RigMap:
    """Read a map file. Raises InputError where it is none."""
    return map_from_json(read_json(path, "a map of bones", MOST_BYTES), str(path))


def save_map(rig_map: RigMap, path: Path) -> None:
    """Write a map file, whole or not at all."""
    text = json.dumps(map_to_json(rig_map), indent=1, ensure_ascii=False) + "\n"
    write_whole(path, lambda file: file.write(text.encode()))
