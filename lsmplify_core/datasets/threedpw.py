# SPDX-License-Identifier: GPL-3.0-or-later
"""3DPW's `sequenceFiles/*/*.pkl` (von Marcard et al. 2018): a dictionary a sequence, lists by
person.

`poses` (T, 72), `trans` (T, 3) and `betas` (10 or more) go with the film's frames at 30 a second;
`genders` are "m" or "f". The same poses at 60 Hz, the clothed shapes and the cameras are not
needed.
"""

from pathlib import Path
from typing import Any, Final

from ..motion.motion import Motion
from ..runtime.errors import InputError
from .fields import as_rotations, gender_of, motion_of, numbers
from .upright import turned_upright

_LISTS: Final = ("poses", "trans", "betas")


def is_3dpw(content: Any) -> bool:
    """Whether a pickle's content is a sequence of 3DPW."""
    return isinstance(content, dict) and all(isinstance(content.get(k), list) for k in _LISTS)


def read_3dpw(content: dict[str, Any], path: Path) -> list[Motion]:
    """One motion a person, Z up; frames that a person lacks do not occur in 3DPW."""
    people = len(content["poses"])
    if not people or any(len(content[key]) != people for key in _LISTS):
        raise InputError(f"{path}: its lists of poses, trans and betas are not of the same people")
    genders = content.get("genders", content.get("gender"))
    names = genders if isinstance(genders, list) and len(genders) == people else [""] * people
    return [_person(content, person, names[person], path) for person in range(people)]


def _person(content: dict[str, Any], person: int, gender: Any, path: Path) -> Motion:
    fields = {key: content[key][person] for key in _LISTS}
    poses, trans, betas = (numbers(fields, key, path) for key in _LISTS)
    return turned_upright(
        motion_of(as_rotations(poses, 22, "poses", path), trans, betas, gender_of(gender), path)
    )
