# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found wrong with the tracks and what is done about it: a list of records.

A record says what to do and not what comes out, so that any of them can be excluded: `apply`
exchanges labels first, then leaves samples out, then fills gaps from what is there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, cast

import numpy as np

from ..files.values import count_of, list_of, text_of
from ..runtime.errors import InputError
from ..tracks.tracks import Tracks
from .gaps import filled

KINDS: Final = ("swap", "spike", "mislabel", "duplicate", "ghost", "gap")
LEFT_OUT: Final = ("spike", "mislabel", "duplicate", "ghost")
"""Kinds whose samples become missing ones."""
_MOST_TRACKS: Final = 10_000
"""Tracks that one repair names."""
_MOST_FRAME: Final = 1 << 31
"""Frames are counted up to this one."""


@dataclass(frozen=True)
class Repair:
    """One mistake and its repair.

    kind: one of KINDS. tracks: the names concerned, two for a swap. first, last: frames of the
    take, counted from 0, both included. done: what is done. evidence: why.
    """

    kind: str
    tracks: tuple[str, ...]
    first: int
    last: int
    done: str
    evidence: str

    @property
    def frames(self) -> int:
        """How many frames it concerns."""
        return self.last - self.first + 1

    @property
    def key(self) -> str:
        """What tells it from all others of the take: "swap LKNE RKNE 120-131"."""
        return f"{self.kind} {' '.join(self.tracks)} {self.first}-{self.last}"

    def sentence(self) -> str:
        """The record as one line."""
        tracks = " and ".join(self.tracks)
        return f"{self.kind}: {tracks}, {_frames(self)}: {self.done} ({self.evidence})"

    def to_json(self) -> dict[str, Any]:
        """Plain values, ready for json.dump."""
        return {**asdict(self), "tracks": list(self.tracks)}


def repair_from_json(data: Any, source: str) -> Repair:
    """The way back; InputError where something is missing or wrong."""
    fields = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    if not {"kind", "tracks", "first", "last"} <= fields.keys():
        raise InputError(f"{source}: a repair needs kind, tracks, first and last")
    names = list_of(fields["tracks"], f"{source}: its tracks", least=1, most=_MOST_TRACKS)
    repair = Repair(
        text_of(fields["kind"], f"{source}: its kind"),
        tuple(text_of(t, f"{source}: the name of a track") for t in names),
        count_of(fields["first"], f"{source}: its first frame", -_MOST_FRAME, _MOST_FRAME),
        count_of(fields["last"], f"{source}: its last frame", -_MOST_FRAME, _MOST_FRAME),
        text_of(fields.get("done", ""), f"{source}: what is done"),
        text_of(fields.get("evidence", ""), f"{source}: its evidence"),
    )
    wanted = 2 if repair.kind == "swap" else 1
    if repair.kind not in KINDS or len(repair.tracks) < wanted or repair.first > repair.last:
        raise InputError(f"{source}: {repair.key!r} is no repair that is known")
    return repair


def apply(tracks: Tracks, repairs: Iterable[Repair]) -> Tracks:
    """The tracks with these repairs done, whichever of those found they are.

    tracks: in any unit. Repairs of tracks or frames that are not there are passed over.
    """
    column = {name: k for k, name in enumerate(tracks.names)}
    known = [r for r in repairs if all(t in column for t in r.tracks) and r.first < tracks.frames]
    if not known:
        return tracks
    positions = tracks.positions.copy()
    for repair in (r for r in known if r.kind == "swap"):
        a, b = (column[t] for t in repair.tracks[:2])
        span = slice(max(repair.first, 0), repair.last + 1)
        positions[span, [a, b]] = positions[span, [b, a]]
    for repair in (r for r in known if r.kind in LEFT_OUT):
        for name in repair.tracks:
            positions[max(repair.first, 0) : repair.last + 1, column[name]] = np.nan
    fills = [(column[r.tracks[0]], r.first, r.last) for r in known if r.kind == "gap"]
    return replace(tracks, positions=filled(positions, fills) if fills else positions)


def summary(repairs: Sequence[Repair], most: int = 4) -> tuple[str, ...]:
    """A sentence a kind, for the report's warnings: how many, and the longest of them."""
    sentences: list[str] = []
    for kind, (one, many) in _TOLD.items():
        own = sorted((r for r in repairs if r.kind == kind), key=lambda r: -r.frames)
        if not own:
            continue
        named = "; ".join(f"{' and '.join(r.tracks)} {_frames(r)}" for r in own[:most])
        rest = f"; and {len(own) - most} more" if len(own) > most else ""
        sentences.append(f"{len(own)} {one if len(own) == 1 else many}: {named}{rest}")
    return tuple(sentences)


def _frames(repair: Repair) -> str:
    if repair.frames == 1:
        return f"frame {repair.first}"
    return f"frames {repair.first} to {repair.last}"


_TOLD: Final = {
    "swap": ("exchange of two labels was undone", "exchanges of two labels were undone"),
    "spike": ("leap away and back was left out", "leaps away and back were left out"),
    "mislabel": (
        "span of a label on another place was left out",
        "spans of a label on another place were left out",
    ),
    "duplicate": (
        "span of two labels on one point was left out",
        "spans of two labels on one point were left out",
    ),
    "ghost": (
        "point that is not of the body was left out",
        "points that are not of the body were left out",
    ),
    "gap": ("short gap was filled", "short gaps were filled"),
}
