# SPDX-License-Identifier: GPL-3.0-or-later
"""Markers of a prop to its location and rotation over time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..geometry.intervals import intervals_of
from ..runtime.array_types import Floats
from ..runtime.errors import InputError
from ..tracks.noise import track_noise
from .fit_rigid import fit_rigid, rms, seen_of
from .gaps import carried_from, carried_through, filled_locations, smooth_signs
from .labels import label_orders, read_in
from .outliers import without_outliers
from .rigid_groups import LEAST_TRACKS
from .shape import find_shape


@dataclass(frozen=True)
class Prop:
    """A rigid body over time.

    name: what it is called. rate: frames per second. location: (T, 3) metres, Z up, the middle of
    its markers. rotation: (T, 4) quaternions, w first, without jumps. measured: (T,) frames whose
    markers show it; in the others it is carried on. track_names: k. points: (k, 3) metres, the
    markers on it. error: (T, k) metres, NaN where unseen or left out. repairs: sentences.
    """

    name: str
    rate: float
    location: Floats
    rotation: Floats
    measured: NDArray[np.bool_]
    track_names: tuple[str, ...] = ()
    points: Floats | None = None
    error: Floats | None = None
    repairs: tuple[str, ...] = ()


def solve_prop(positions: Floats, track_names: Sequence[str], rate: float, name: str) -> Prop:
    """The pose of a prop in every frame, with gaps, exchanged labels and outliers repaired.

    Args:
        positions: (T, k, 3) metres, NaN where unseen; three markers at least.
        track_names: of the markers.
        rate: frames per second.
        name: of the prop.

    Raises:
        InputError: for fewer than three markers, or where no frame shows three of them.
    """
    if len(track_names) < LEAST_TRACKS:
        raise InputError(
            f"prop {name}: {len(track_names)} tracks do not show a rotation; it takes three"
        )
    if int(seen_of(positions).sum(axis=1).max(initial=0)) < LEAST_TRACKS:
        raise InputError(f"prop {name}: no frame shows three of its tracks")
    shape = find_shape(positions)
    known = seen_of(shape)
    names = tuple(n for n, k in zip(track_names, known.tolist(), strict=True) if k)
    shape, positions = shape[known], positions[:, known]
    orders = label_orders(shape, positions)
    points, off = without_outliers(shape, read_in(positions, orders))
    noise = track_noise(points, seen_of(points).astype(np.float64))
    fit = fit_rigid(shape, points, noise=noise)
    if fit.sure.any():
        carried = carried_through(fit.rotation, fit.sure, shape, points, rate)
    else:
        first = int(np.argmax(seen_of(points).sum(axis=1)))
        carried = carried_from(first, fit.rotation, shape, points)
    fit = fit_rigid(shape, points, carried, noise)
    measured = seen_of(points).sum(axis=1) >= 2
    return Prop(
        name, rate, filled_locations(fit.location, rate), smooth_signs(fit.rotation), measured,
        names, shape, fit.error, tuple(_repairs(names, orders, off, measured)),
    )  # fmt: skip


def _repairs(
    names: Sequence[str], orders: NDArray[np.intp], off: NDArray[np.bool_],
    measured: NDArray[np.bool_],
) -> list[str]:  # fmt: skip
    """What was repaired, a sentence each, with the take's frames."""
    told: list[str] = []
    exchanged = orders != np.arange(len(names))
    for first, end in intervals_of(exchanged.any(axis=1)):
        who = " and ".join(
            names[k] for k in np.flatnonzero(exchanged[first:end].any(axis=0)).tolist()
        )
        told.append(f"{who} were exchanged in {_frames(first, end)}")
    for k, name in enumerate(names):
        spans = intervals_of(off[:, k])
        if spans:
            count = int(off[:, k].sum())
            told.append(
                f"{name} was left out of {count} frame{'s' if count > 1 else ''}, the first is "
                f"frame {spans[0][0]}"
            )
    for first, end in intervals_of(~measured):
        told.append(f"no two markers are seen in {_frames(first, end)}; it is carried on there")
    return told


def _frames(first: int, end: int) -> str:
    return f"frame {first}" if end - first == 1 else f"frames {first} to {end - 1}"


def error_mm(prop: Prop) -> dict[str, float] | None:
    """Mean, 95th percentile and largest distance of the markers from the prop, in millimetres."""
    if prop.error is None or not np.isfinite(prop.error).any():
        return None
    error = 1000.0 * prop.error[np.isfinite(prop.error)]
    return {
        "mean": float(error.mean()),
        "p95": float(np.percentile(error, 95)),
        "max": float(error.max()),
    }


def misfit(prop: Prop) -> Floats:
    """(T,) metres, root mean square over the markers; NaN where none is seen."""
    return np.full(len(prop.location), np.nan) if prop.error is None else rms(prop.error)
