# SPDX-License-Identifier: GPL-3.0-or-later
"""Contacts as marks on a timeline that artists move: `L foot down`, `L foot up`, and the same for
heels and toes. A foot that is down stands on heel, toe or both, as the motion shows."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...runtime.errors import InputError
from .contacts import PARTS, Contact

_SIDES: Final = {"L": "left", "R": "right"}
_NAME: Final = re.compile(r"^\s*([LR])[ _.]+(foot|heel|toe)[ _.]+(down|up)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Mark:
    """side: "L" or "R". what: "foot", "heel" or "toe". down: whether it comes down here, else it
    leaves. frame: counted as the contacts' frames are."""

    side: str
    what: str
    down: bool
    frame: int

    @property
    def name(self) -> str:
        """What the timeline shows."""
        return f"{self.side} {self.what} {'down' if self.down else 'up'}"


def mark_of(name: str, frame: int) -> Mark | None:
    """The mark that a timeline marker's name means, None for markers of others."""
    found = _NAME.match(name)
    if found is None:
        return None
    return Mark(found[1].upper(), found[2].lower(), found[3].lower() == "down", frame)


def marks_of(contacts: Sequence[Contact], by_part: bool = False) -> list[Mark]:
    """Marks of contacts, in time's order: of each foot as a whole, or of heels and toes apart.

    A foot is down from its first part's contact to its last one's. `up` lies on the first frame
    that is free again.
    """
    spans: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for contact in contacts:
        side, what = contact.part.split()
        key = (side[0].upper(), what if by_part else "foot")
        spans.setdefault(key, []).append((contact.first, contact.last))
    marks: list[Mark] = []
    for (side, what), found in spans.items():
        for first, last in _merged(found):
            marks += [Mark(side, what, True, first), Mark(side, what, False, last + 1)]
    return sorted(marks, key=lambda m: (m.frame, m.name))


def contacts_of(marks: Iterable[Mark], frames: int, found: Sequence[Contact] = ()) -> list[Contact]:
    """Contacts that the marks mean, in a motion of so many frames.

    found: contacts as the motion shows them; within a foot's mark they say whether heel or toe
    stands. The part that stands first is drawn out to the mark's start, the last one to its end,
    and both stand where the motion shows none. A mark `up` without `down` stands from the start, a
    `down` without `up` to the end. InputError for a foot that comes down twice.
    """
    by_kind: dict[tuple[str, str], list[Mark]] = {}
    for mark in marks:
        by_kind.setdefault((mark.side, mark.what), []).append(mark)
    contacts: list[Contact] = []
    for (side, what), own in by_kind.items():
        for first, last in _spans(sorted(own, key=lambda m: (m.frame, m.down)), frames):
            if what == "foot":
                contacts += _parts_within(_SIDES[side], first, last, found)
            else:
                contacts.append(Contact(f"{_SIDES[side]} {what}", first, last))
    return sorted(contacts, key=lambda c: (PARTS.index(c.part), c.first))


def _spans(marks: list[Mark], frames: int) -> list[tuple[int, int]]:
    """First and last frames that the marks of one foot or part hold, within the motion."""
    spans: list[tuple[int, int]] = []
    since: int | None = None if not marks or marks[0].down else 0
    for mark in marks:
        if mark.down:
            if since is not None:
                raise InputError(
                    f"{mark.name} at frame {mark.frame}: it is down already; "
                    f"set '{mark.side} {mark.what} up' before it, or delete one"
                )
            since = mark.frame
        elif since is not None:
            spans.append((since, mark.frame - 1))
            since = None
    if since is not None:
        spans.append((since, frames - 1))
    inside = [(max(a, 0), min(b, frames - 1)) for a, b in spans]
    return [(a, b) for a, b in inside if a <= b]


def _parts_within(side: str, first: int, last: int, found: Sequence[Contact]) -> list[Contact]:
    """Heel and toe contacts of one foot that stands from `first` to `last`, without a gap at its
    ends or between heel and toe."""
    own = [
        Contact(c.part, max(c.first, first), min(c.last, last))
        for c in found if c.part.startswith(side) and c.first <= last and c.last >= first
    ]  # fmt: skip
    if not own:
        return [Contact(f"{side} {what}", first, last) for what in ("heel", "toe")]
    stands = np.zeros(last - first + 1, dtype=bool)
    for contact in own:
        stands[contact.first - first : contact.last - first + 1] = True
    if not stands.all():
        own = _drawn_out(own, first, last)
    return own


def _drawn_out(own: list[Contact], first: int, last: int) -> list[Contact]:
    """Contacts that cover `first` to `last`: each reaches to where the next one begins."""
    ordered = sorted(own, key=lambda c: (c.first, c.last))
    result: list[Contact] = []
    reached = first - 1
    for index, contact in enumerate(ordered):
        start = contact.first if index and contact.first <= reached + 1 else reached + 1
        result.append(Contact(contact.part, min(start, contact.first), contact.last))
        reached = max(reached, contact.last)
    longest = max(range(len(result)), key=lambda i: result[i].last)
    result[longest] = Contact(result[longest].part, result[longest].first, last)
    return result


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans without overlap, those that touch joined."""
    result: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if result and first <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(last, result[-1][1]))
        else:
            result.append((first, last))
    return result
