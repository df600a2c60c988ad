# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables in which each row is of one person in one frame."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...runtime.errors import InputError

Floats = NDArray[np.float64]

_WORDS: Final = frozenset(
    [
        "id",
        "person",
        "personid",
        "trackid",
        "bodyid",
        "subject",
        "subjectid",
        "player",
        "playerid",
        "user",
        "userid",
        "skeleton",
        "skeletonid",
        "individual",
        "animal",
        "people",
        "actor",
        "trackingid",
        "body",
    ]
)
_MOST_PEOPLE: Final = 50
_LEAST_SHARE: Final = 0.05
"""People seen in fewer of the frames are the detector's ghosts."""


def is_person_title(title: str) -> bool:
    """Whether a column's title says that it tells people apart."""
    return re.sub(r"[\s_.\-#]", "", title.strip().lower()) in _WORDS


def pivoted(
    people: Sequence[str], keys: Floats, positions: Floats, names: Sequence[str],
    confidence: Floats | None, path: Path,
) -> tuple[Floats, list[str], Floats, Floats | None]:  # fmt: skip
    """Rows of people in frames to frames of all of them.

    Args:
        people: (N,) whom each row is of.
        keys: (N,) the frame's number or time of each row.
        positions: (N, K, 3) places.
        names: of the K points.
        confidence: (N, K), or None.
        path: the file, for messages.

    Returns:
        (T, P · K, 3) places, names "Person 1:nose" (without the person for someone alone), (T,)
        keys and (T, P · K) confidence.
    """
    stamps = np.unique(keys[np.isfinite(keys)])
    if not len(stamps):
        raise InputError(f"{path}: no row says which frame it is of")
    who = list(dict.fromkeys(people))
    counts = {w: sum(p == w for p in people) for w in who}
    kept = [w for w in who if counts[w] >= _LEAST_SHARE * max(counts.values())]
    if len(kept) > _MOST_PEOPLE:
        raise InputError(f"{path}: its rows are of {len(kept)} people, too many for a take")
    size = len(names)
    result = np.full((len(stamps), len(kept) * size, 3), np.nan)
    sure = None if confidence is None else np.zeros((len(stamps), len(kept) * size))
    place = {w: i for i, w in enumerate(kept)}
    for row, (person, key) in enumerate(zip(people, keys, strict=True)):
        if person not in place or not np.isfinite(key):
            continue
        frame = int(np.searchsorted(stamps, key))
        part = slice(place[person] * size, (place[person] + 1) * size)
        result[frame, part] = positions[row]
        if sure is not None and confidence is not None:
            sure[frame, part] = confidence[row]
    titles = [
        n if len(kept) == 1 else f"{f'Person {w}' if w.isdigit() else w}:{n}"
        for w in kept
        for n in names
    ]
    return result, titles, stamps, sure
