# SPDX-License-Identifier: GPL-3.0-or-later
"""Several people of one scene brought to their characters, so that they touch each other there."""

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from ..runtime.progress import run_steps, with_progress
from .contacts.people_touches import find_between, keep_between
from .posing.performance import Performance
from .rig.rig import Rig
from .rig.rig_map import RigMap
from .rig.rig_motion import Retargeted, RetargetOptions, RetargetProgress
from .steps import Posed, finished, pose_steps


@dataclass(frozen=True)
class Person:
    """Somebody and the character that moves like them.

    source: in the same world as all the others. rig, rig_map, options: as `retarget` takes them.
    first: the frame of the source's first, counted alike for all.
    """

    source: Performance
    rig: Rig
    rig_map: RigMap
    options: RetargetOptions = field(default_factory=RetargetOptions)
    first: int = 0


def retarget_people_steps(
    people: Sequence[Person],
) -> Generator[RetargetProgress, None, list[Retargeted]]:
    """Bring several people to their characters at once.

    Each comes over as by `retarget`. Where a hand of one touches another one, their characters are
    shifted over the ground, each by one shift for the whole take, and their hands are brought
    there. People who don't touch come out as they would alone; so do those whose options leave
    touches out or stay in place.

    Args:
        people: sources in one world, at one rate, with a character each.

    Yields:
        How far it is.

    Returns:
        A result each. Touches of both kinds are counted in the reports.

    Raises:
        InputError: as `retarget_steps`.
    """
    posed: list[Posed] = []
    began = time.perf_counter()
    for number, person in enumerate(people):

        def told(p: RetargetProgress, number: int = number) -> RetargetProgress:
            return RetargetProgress(0.8 * (number + p.share) / len(people), p.stage)

        work = pose_steps(person.source, person.rig, person.rig_map, person.options)
        posed.append((yield from with_progress(work, told)))
    yield RetargetProgress(0.8, "people who touch")
    able = [i for i, p in enumerate(people) if p.options.touches and p.options.root != "in-place"]
    near = [posed[i] for i in able]
    keep_between(near, find_between(near, [people[i].first for i in able]))
    yield RetargetProgress(0.9, "bones")
    each = (time.perf_counter() - began) / max(len(people), 1)
    results = [finished(p, each) for p in posed]
    yield RetargetProgress(1.0, "done")
    return results


def retarget_people(people: Sequence[Person]) -> list[Retargeted]:
    """`retarget_people_steps` driven to its end; arguments, result and errors as there."""
    return run_steps(retarget_people_steps(people))
