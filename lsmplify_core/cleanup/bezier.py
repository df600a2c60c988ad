# SPDX-License-Identifier: GPL-3.0-or-later
"""Cubic Bézier curves over time as Blender evaluates them, and keys with handles for samples."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats


@dataclass(frozen=True)
class CurveKeys:
    """Keys of C channels that share their times.

    times: (N,). values: (N, C). left, right: (N, C, 2) the handles' time and value, in line with the
    key ("ALIGNED" in Blender, interpolation "BEZIER").
    """

    times: Floats
    values: Floats
    left: Floats
    right: Floats


def slopes_of(values: Floats) -> Floats:
    """(T, C) change a sample: central differences of fourth order, of lower order at the ends."""
    if len(values) == 1:
        return np.zeros_like(values)
    slopes: Floats = np.gradient(values, axis=0, edge_order=2 if len(values) > 2 else 1)
    if len(values) > 4:
        middle = 8.0 * (values[3:-1] - values[1:-3]) - (values[4:] - values[:-4])
        slopes[2:-2] = middle / 12.0
    return slopes


def hermite(start: Floats, end: Floats, slope: Floats, end_slope: Floats, steps: int) -> Floats:
    """(steps + 1, C) the cubic between two samples `steps` apart; slopes (C,) are per step."""
    t = np.arange(steps + 1)[:, None] / steps
    a = (1.0 + 2.0 * t) * (1.0 - t) ** 2
    b = t * (1.0 - t) ** 2
    c = t * t * (3.0 - 2.0 * t)
    d = t * t * (t - 1.0)
    return a * start + b * (steps * slope) + c * end + d * (steps * end_slope)


def curve_keys(times: Floats, values: Floats, chosen: NDArray[np.intp]) -> CurveKeys:
    """Keys on the chosen samples of (T, C) values.

    times: (T,) when the samples are, at even distances. Handles lie at a third of the way to the next
    key, on the samples' slope, which makes the curve a cubic polynomial of time.
    """
    step = float(times[1] - times[0]) if len(times) > 1 else 1.0
    slopes = slopes_of(values)[chosen] / step
    at, shown = times[chosen], values[chosen]
    apart = np.diff(at) / 3.0
    ends = apart if len(apart) else np.array([step / 3.0])
    before, after = np.concatenate((ends[:1], apart)), np.concatenate((apart, ends[-1:]))
    left = np.stack(
        (
            np.broadcast_to((at - before)[:, None], shown.shape),
            shown - before[:, None] * slopes,
        ),
        axis=-1,
    )
    right = np.stack(
        (np.broadcast_to((at + after)[:, None], shown.shape), shown + after[:, None] * slopes),
        axis=-1,
    )
    return CurveKeys(at, shown, left, right)


def evaluate_curve(keys: CurveKeys, times: Floats) -> Floats:
    """(M, C) the curves' values as Blender's `FCurve.evaluate` gives them.

    Bézier between keys, constant outside. Handles that reach past the next key in time are shortened
    first, both in proportion, as Blender does (`BKE_fcurve_correct_bezpart`).
    """
    result = np.empty((len(times), keys.values.shape[1]))
    if len(keys.times) == 1:
        result[:] = keys.values[0]
        return result
    inside = np.clip(times, keys.times[0], keys.times[-1])
    segment = np.clip(np.searchsorted(keys.times, inside, "right") - 1, 0, len(keys.times) - 2)
    for channel in range(result.shape[1]):
        points = np.stack(
            (
                np.stack((keys.times, keys.values[:, channel]), axis=-1)[segment],
                keys.right[segment, channel],
                keys.left[segment + 1, channel],
                np.stack((keys.times, keys.values[:, channel]), axis=-1)[segment + 1],
            ),
            axis=1,
        )
        points = _shortened(points)
        t = _parameter(points[..., 0], inside)
        result[:, channel] = _bezier(points[..., 1], t)
    return result


def _shortened(points: Floats) -> Floats:
    """(M, 4, 2) control points whose handles don't overlap in time."""
    result = points.copy()
    first, last = result[:, 0], result[:, 3]
    right, left = first - result[:, 1], last - result[:, 2]
    span = last[:, 0] - first[:, 0]
    reach = np.abs(right[:, 0]) + np.abs(left[:, 0])
    share = np.where(reach > span, span / np.maximum(reach, 1e-12), 1.0)[:, None]
    result[:, 1] = first - share * right
    result[:, 2] = last - share * left
    return result


def _parameter(x: Floats, wanted: Floats) -> Floats:
    """(M,) where along the Bézier its time (control points (M, 4)) is the wanted one, by bisection:
    time rises along it."""
    low, high = np.zeros(len(wanted)), np.ones(len(wanted))
    for _ in range(50):
        middle = 0.5 * (low + high)
        early = _bezier(x, middle) < wanted
        low, high = np.where(early, middle, low), np.where(early, high, middle)
    return 0.5 * (low + high)


def _bezier(p: Floats, t: Floats) -> Floats:
    s = 1.0 - t
    return s**3 * p[:, 0] + 3 * s * s * t * p[:, 1] + 3 * s * t * t * p[:, 2] + t**3 * p[:, 3]
