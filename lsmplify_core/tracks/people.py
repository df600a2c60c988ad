# SPDX-License-Identifier: GPL-3.0-or-later
"""Several people in one take: told apart by what their tracks are called, or by where they are.

Names tell where each person's have a word of their own ("Anna:LSHO" and "Ben:LSHO", "P1_LSHO",
"LSHO_2"). Where names only repeat ("LSHO", "LSHO.001") nothing says that all copies of one number
are one person, so points that stay near each other are put together.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations
from typing import Final

import numpy as np

from ..layouts.matching import LEAST_POINTS, rank_layouts, shows_a_body
from ..layouts.names import plain
from ..runtime.array_types import Floats
from .tracks import Tracks

_NOBODY: Final = "Person"
_SIDES: Final = frozenset(plain(word) for word in ("left", "right", "mid", "middle", "center"))
_SHARED: Final = 0.5
"""Two people of one take are marked alike: at least this share of the names is common to both."""
_ONE_PLACE: Final = 0.3
"""Points of one name that stay within this share of a body's spread are one person twice (raw and
filtered keypoints in one file, say)."""
_MOST_PEOPLE: Final = 20
_MOST_FRAMES: Final = 200
"""Frames looked at, spread over the take."""


@dataclass(frozen=True)
class Person:
    """name: the word that the person's tracks have in common, or "Person 1", "Person 2" …, or
    "Person" for someone alone and nameless. tracks: the person's, named as in the take."""

    name: str
    tracks: Tracks


def find_people(tracks: Tracks) -> list[Person]:
    """The people in a take, in the order in which they appear; at least one.

    tracks: in any unit and with any axis up. Someone alone keeps every track, whatever it is named.
    Of several people each gets the tracks that are known to be theirs, with the names that they
    have in the take; tracks of nobody (ghosts, props) are left out. Tracks that show no body are
    one person too: what is wrong with them is for `matching` to say. Nothing is raised.
    """
    subjects = _subjects(tracks)
    if subjects:
        return subjects
    for split in (_numbered_word, _first_word, _last_word):
        groups = _by_word(tracks, split)
        if len(groups) > 1:
            named = zip(_short(list(groups)), groups.values(), strict=True)
            return [Person(name, tracks.select(indices)) for name, indices in named]
    copies = _by_place(tracks)
    if len(copies) > 1:
        return [
            Person(f"{_NOBODY} {i}", tracks.select(indices)) for i, indices in enumerate(copies, 1)
        ]
    return [Person(_common_word(tracks), tracks)]


def _subjects(tracks: Tracks) -> list[Person]:
    """People by the prefixes that motion capture puts before a colon, whatever set each one wears:
    the prefix is the person. Empty where no prefix, or a single one, is there.

    A prefix whose tracks show no body is left out and named; so is one that shows a person whom
    another prefix shows already.
    """
    groups: dict[str, dict[str, int]] = {}
    for index, name in enumerate(tracks.names):
        word, rest = _before_colon(name)
        groups.setdefault(word, {}).setdefault(rest, index)
    prefixes = [w for w in groups if w]
    bodies = [w for w in prefixes if shows_a_body(list(groups[w]))]
    if len(prefixes) < 2 or not 0 < len(bodies) <= _MOST_PEOPLE:
        return []
    kept: list[str] = []
    points = {w: list(groups[w].values()) for w in bodies}
    if any(_halves(tracks, groups[a], groups[b]) for a, b in combinations(bodies[:6], 2)):
        return []
    for word in bodies:
        if not any(_same_place(tracks, points[word], points[other]) for other in kept):
            kept.append(word)
    people: list[Person] = []
    left = [w for w in prefixes if w not in kept]
    notes = tuple(
        f"the {len(groups[w])} tracks of {w.strip() or 'nobody'} "
        f"{'are of a person found already' if w in bodies else 'show no body'}; they were left out"
        for w in left
    )
    for name, word in zip(_short(kept), kept, strict=True):
        own = [*points[word]]
        if len(kept) == 1:  # what has no prefix may be more of the only person's markers
            own += [i for rest, i in groups.get("", {}).items() if rest not in groups[word]]
        part = tracks.select(sorted(own))
        people.append(Person(name, replace(part, warnings=(*part.warnings, *notes))))
    return people


def _halves(tracks: Tracks, a: dict[str, int], b: dict[str, int]) -> bool:
    """Whether two groups are parts of one person ("Upper:…" and "Lower:…"): one set of markers has
    the names of both, and they stay beside each other."""
    if {plain(n) for n in a} & {plain(n) for n in b}:
        return False
    alone = sum(max(len(m.matched) for m in rank_layouts(list(g))) for g in (a, b))
    both = max(len(m.matched) for m in rank_layouts([*a, *b]))
    if both < 0.9 * alone:
        return False
    positions = _sample(tracks)
    first, second = (_median(positions[:, list(g.values())], axis=1) for g in (a, b))
    apart = np.linalg.norm(first - second, axis=1)
    apart = apart[np.isfinite(apart)]
    return bool(len(apart)) and float(np.ptp(np.percentile(apart, (10, 90)))) < 0.4 * float(
        np.median(apart)
    )


def _same_place(tracks: Tracks, a: list[int], b: list[int]) -> bool:
    """Whether two groups of tracks are where one body is: their middles stay together."""
    positions = _sample(tracks)
    first, second = (_median(positions[:, group], axis=1) for group in (a, b))
    apart = np.linalg.norm(first - second, axis=1)
    apart = apart[np.isfinite(apart)]
    spread = np.linalg.norm(positions[:, b] - second[:, None], axis=-1)
    spread = spread[np.isfinite(spread)]
    if not len(apart) or not len(spread):  # never there at once: one person who was named anew
        return True
    return float(np.median(apart)) < _ONE_PLACE * float(np.median(spread))


def _short(words: list[str]) -> list[str]:
    """ "Anna" for "Take 3:Anna" where that is enough to tell people apart."""
    last = [re.split(r"[:|]", word)[-1] for word in words]
    chosen = last if len(set(last)) == len(words) else words
    return [word.strip() or _NOBODY for word in chosen]


def _before_colon(name: str) -> tuple[str, str]:
    """Motion capture's own way: "Anna:LSHO", also "Take 3:Anna:LSHO" and "Anna|LSHO"."""
    found = re.fullmatch(r"(.+)[:|]([^:|]+)", name)
    return (found[1], found[2]) if found else ("", name)


def _numbered_word(name: str) -> tuple[str, str]:
    found = re.fullmatch(r"([^\W\d_]+[\s_-]?\d+)[\s_.\-/]+(.+)", name)
    return (found[1], found[2]) if found else ("", name)


def _first_word(name: str) -> tuple[str, str]:
    found = re.fullmatch(r"([^\s_.\-/]+)[\s_.\-/]+(.+)", name)
    return (found[1], found[2]) if found and plain(found[1]) not in _SIDES else ("", name)


def _last_word(name: str) -> tuple[str, str]:
    found = re.fullmatch(r"(.+?)[\s_\-/]+([^\s_.\-/]+)", name)
    return (found[2], found[1]) if found and plain(found[2]) not in _SIDES else ("", name)


def _by_word(tracks: Tracks, split: Callable[[str], tuple[str, str]]) -> dict[str, list[int]]:
    """Tracks (indices) by the word that `split` takes off, those words only that name a person."""
    groups: dict[str, dict[str, int]] = {}
    for index, name in enumerate(tracks.names):
        word, rest = split(name)
        groups.setdefault(word, {}).setdefault(rest, index)
    bodies = {w: g for w, g in groups.items() if shows_a_body(list(g))}
    if not 1 < len(bodies) <= _MOST_PEOPLE:
        return {}
    kept = _apart(tracks, {w: {plain(r): i for r, i in g.items()} for w, g in bodies.items()})
    return {word: list(bodies[word].values()) for word in kept}


def _apart(tracks: Tracks, bodies: dict[str, dict[str, int]]) -> list[str]:
    """Those that are people of their own: marked as the others are, and in another place.

    bodies: for each word its tracks by plain name.
    """
    positions = _sample(tracks)
    kept: dict[str, dict[str, int]] = {}
    for word, own in bodies.items():
        for other in kept.values():
            common = own.keys() & other.keys()
            if len(common) < max(LEAST_POINTS, _SHARED * min(len(own), len(other))):
                break
            pairs = [(own[n], other[n]) for n in common]
            if _in_one_place(positions, pairs, list(other.values())):
                break
        else:
            kept[word] = own
    return list(kept)


def _in_one_place(positions: Floats, pairs: Sequence[tuple[int, int]], body: Sequence[int]) -> bool:
    a, b = (positions[:, [p[side] for p in pairs]] for side in (0, 1))
    apart = np.linalg.norm(a - b, axis=-1)
    seen = np.isfinite(apart)
    if not seen.any():  # never there at once: one person who was named anew
        return True
    points = positions[:, list(body)]
    middle = _median(points.reshape(len(points), -1, 3), axis=1)
    spread = np.linalg.norm(points - middle[:, None], axis=-1)
    size = float(np.median(spread[np.isfinite(spread)]))
    return float(np.median(apart[seen])) < _ONE_PLACE * size


def _by_place(tracks: Tracks) -> list[list[int]]:
    """Tracks whose names repeat, put together by nearness; empty where there is one person."""
    copies: dict[str, list[int]] = {}
    for index, name in enumerate(tracks.names):
        copies.setdefault(plain(name), []).append(index)
    counts = sorted((len(c) for c in copies.values()), reverse=True)
    if len(counts) < LEAST_POINTS or counts[LEAST_POINTS - 1] < 2:
        return []
    people = counts[LEAST_POINTS - 1]
    if people > _MOST_PEOPLE:
        return []
    groups = _grown(_sample(tracks), [c for c in copies.values() if len(c) <= people], people)
    named = {str(i): {plain(tracks.names[t]): t for t in g} for i, g in enumerate(groups)}
    bodies = {w: g for w, g in named.items() if shows_a_body([tracks.names[i] for i in g.values()])}
    return [groups[int(word)] for word in _apart(tracks, bodies)]


def _grown(positions: Floats, copies: list[list[int]], people: int) -> list[list[int]]:
    """People grown from the first point that all of them have: next always the point whose copies
    are the most clearly one person's each.

    How near a copy is to a person: the distance from the nearest of the person's points, and how
    much it changes, since points on one bone keep theirs.
    """
    seed = next(c for c in copies if len(c) == people)
    groups = [[index] for index in seed]
    count = positions.shape[1]
    near = np.full((count, people), np.inf)
    left = [c for c in copies if c is not seed]
    added = list(groups)
    while True:
        for person, new in enumerate(added):
            for index in new:
                near[:, person] = np.fmin(near[:, person], _away(positions, index))
        if not left:
            return groups
        choices = [_assigned(near[c]) for c in left]
        best = int(np.argmax([margin for _, margin in choices]))
        chosen, points = choices[best][0], left.pop(best)
        added = [[] for _ in groups]
        for copy, person in enumerate(chosen):
            groups[person].append(points[copy])
            added[person].append(points[copy])


def _away(positions: Floats, index: int) -> Floats:
    """(K,): how far every track is from one, and how much that changes; infinite if never both."""
    apart = np.linalg.norm(positions - positions[:, index, None], axis=-1)
    middle = _median(apart, axis=0)
    change = _median(np.abs(apart - middle), axis=0)
    return np.where(np.isfinite(middle), middle + 4.0 * change, np.inf)


def _assigned(cost: Floats) -> tuple[tuple[int, ...], float]:
    """(copies, people) costs -> the person of each copy, and how much worse the next best is."""
    cost = np.where(np.isfinite(cost), cost, 1e12)
    copies, people = cost.shape
    if people > 5:  # too many orders to try: the nearest first
        return _nearest_first(cost), 0.0
    orders = list(permutations(range(people), copies))
    sums = np.array([cost[np.arange(copies), list(o)].sum() for o in orders])
    ranked = np.argsort(sums)
    margin = float(sums[ranked[1]] - sums[ranked[0]]) if len(orders) > 1 else 0.0
    return orders[int(ranked[0])], margin / (1.0 + float(sums[ranked[0]]))


def _nearest_first(cost: Floats) -> tuple[int, ...]:
    left = cost.copy()
    person = [0] * len(cost)
    for _ in range(len(cost)):
        copy, chosen = np.unravel_index(int(np.argmin(left)), left.shape)
        person[int(copy)] = int(chosen)
        left[copy] = np.inf
        left[:, chosen] = np.inf
    return tuple(person)


def _common_word(tracks: Tracks) -> str:
    words = {word for word, _ in map(_before_colon, tracks.names) if word}
    return words.pop() if len(words) == 1 else _NOBODY


def _sample(tracks: Tracks) -> Floats:
    frames = np.linspace(0, tracks.frames - 1, min(tracks.frames, _MOST_FRAMES)).astype(int)
    return tracks.positions[frames]


def _median(values: Floats, axis: int) -> Floats:
    """Median of what is a number, NaN where nothing is."""
    masked = np.ma.masked_invalid(values)
    return np.asarray(np.ma.median(masked, axis=axis).filled(np.nan), dtype=np.float64)
