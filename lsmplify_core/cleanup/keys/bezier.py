# SPDX-License-Identifier: GPL-3.0-or-later
"""Cubic Bézier curves over time as Blender evaluates them, and keys with handles for samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...runtime.array_types import Floats

_DRAW: Final = 1e-4
"""Weight of a key's own sample and slope against each sample's 1."""
_EXACT: Final = 1e3


@dataclass(frozen=True)
class CurveKeys:
    """Keys of C channels that share their times.

    times: (N,). values: (N, C). left, right: (N, C, 2) the handles' time and value, in line with
    the key ("ALIGNED" in Blender, interpolation "BEZIER").
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


def fitted(
    values: Floats,
    chosen: NDArray[np.intp],
    exact: Sequence[int] | NDArray[np.intp] = (),
    slopes: Floats | None = None,
) -> tuple[Floats, Floats]:
    """Values and slopes (N, C) at the chosen samples whose smooth cubic lies nearest to all
    samples.

    values: (T, C), one a step. chosen: (N,) rising, from 0 to T - 1. exact: samples that count a
    thousandfold, besides the first and last. slopes: (T, C) the samples' own, where they are known
    already. Slopes are per step. Least squares; what few samples between two keys leave open is
    drawn to the samples and their own slopes.

    Curves may lie end to end in `values`, first and last sample of each among `chosen` and `exact`:
    a step without samples between its ends links nothing, so that each is fitted by itself.
    """
    own, steep = values[chosen], (slopes_of(values) if slopes is None else slopes)[chosen]
    if len(chosen) < 2:
        return own, steep
    left, right = _normal_blocks(values, chosen, exact)
    count = len(chosen)
    diagonal = np.zeros((count, 2, 2)) + _DRAW * np.eye(2)
    diagonal[:-1] += left[:, :2, :2]
    diagonal[1:] += left[:, 2:, 2:]
    asked = _DRAW * np.stack((own, steep), axis=1)
    asked[:-1] += right[:, :2]
    asked[1:] += right[:, 2:]
    solved = _block_solve(diagonal, left[:, :2, 2:], asked)
    return solved[:, 0], solved[:, 1]


def _normal_blocks(
    values: Floats, chosen: NDArray[np.intp], exact: Sequence[int] | NDArray[np.intp]
) -> tuple[Floats, Floats]:
    """(N - 1, 4, 4) and (N - 1, 4, C): the normal equations of every stretch for value and slope at
    its begin, value and slope at its end."""
    frames = np.arange(len(values))
    part = np.clip(np.searchsorted(chosen, frames, "right") - 1, 0, len(chosen) - 2)
    steps = np.diff(chosen)[part].astype(np.float64)
    t = (frames - chosen[part]) / steps
    basis = np.stack(
        (
            (1.0 + 2.0 * t) * (1.0 - t) ** 2,
            t * (1.0 - t) ** 2 * steps,
            t * t * (3.0 - 2.0 * t),
            t * t * (t - 1.0) * steps,
        ),
        axis=1,
    )
    weight = np.ones(len(values))
    weight[[0, -1]] = _EXACT
    weight[np.asarray(exact, np.intp)] = _EXACT
    weighted = basis * weight[:, None]
    left = np.add.reduceat(weighted[:, :, None] * basis[:, None], chosen[:-1])
    right = np.add.reduceat(weighted[:, :, None] * values[:, None], chosen[:-1])
    return left, right


def _block_solve(diagonal: Floats, above: Floats, asked: Floats) -> Floats:
    """Symmetric block-tridiagonal equations with 2 × 2 blocks: (N, 2, C).

    Cyclic reduction (Hockney 1965): every other unknown is put in terms of its neighbours, which
    leaves half as many equations of the same form; all of a level at once.
    """
    count = len(diagonal)
    if count == 1:
        return _inverses(diagonal) @ asked
    even, odd = np.arange(0, count, 2), np.arange(1, count, 2)
    back = _inverses(diagonal[odd])
    last = len(odd) < len(even)
    up = above[odd - 1]
    down = above[odd[: len(odd) if last else len(odd) - 1]]
    left = up @ back
    right = np.swapaxes(down, -1, -2) @ back[: len(down)]
    blocks, sides = diagonal[even], asked[even]
    blocks[: len(odd)] -= left @ np.swapaxes(up, -1, -2)
    blocks[1 : len(down) + 1] -= right @ down
    sides[: len(odd)] -= left @ asked[odd]
    sides[1 : len(down) + 1] -= right @ asked[odd[: len(down)]]
    links = -left[: len(even) - 1] @ down[: len(even) - 1]
    found = np.empty_like(asked)
    found[even] = _block_solve(blocks, links, sides)
    rest = asked[odd] - np.swapaxes(up, -1, -2) @ found[even[: len(odd)]]
    rest[: len(down)] -= down @ found[even[1 : len(down) + 1]]
    found[odd] = back @ rest
    return found


def _inverses(m: Floats) -> Floats:
    """Of 2 × 2 matrices (N, 2, 2)."""
    determinant = m[:, 0, 0] * m[:, 1, 1] - m[:, 0, 1] * m[:, 1, 0]
    result = np.empty_like(m)
    result[:, 0, 0], result[:, 1, 1] = m[:, 1, 1], m[:, 0, 0]
    result[:, 0, 1], result[:, 1, 0] = -m[:, 0, 1], -m[:, 1, 0]
    return result / determinant[:, None, None]


def played(values: Floats, slopes: Floats, chosen: NDArray[np.intp]) -> Floats:
    """(T, C) the cubics on every step from the first to the last of the chosen samples."""
    if len(chosen) == 1:
        return values.copy()
    frames = np.arange(chosen[0], chosen[-1] + 1)
    part = np.clip(np.searchsorted(chosen, frames, "right") - 1, 0, len(chosen) - 2)
    steps = np.diff(chosen)[part].astype(np.float64)
    t = ((frames - chosen[part]) / steps)[:, None]
    start = (1.0 + 2.0 * t) * values[part] + t * steps[:, None] * slopes[part]
    end = (3.0 - 2.0 * t) * values[part + 1] + (t - 1.0) * steps[:, None] * slopes[part + 1]
    return (1.0 - t) ** 2 * start + t * t * end


def curve_keys(
    times: Floats, values: Floats, chosen: NDArray[np.intp], exact: Sequence[int] = ()
) -> CurveKeys:
    """Keys on the chosen samples of (T, C) values, fitted to all of them (`fitted`).

    times: (T,) when the samples are, at even distances. Handles lie at a third of the way to the
    next key, in line with each other, which makes the curve a cubic polynomial of time.
    """
    return _with_handles(times, chosen, *fitted(values, chosen, exact))


def keys_of_curves(
    times: Floats, values: Floats, chosen: Sequence[NDArray[np.intp]]
) -> list[CurveKeys]:
    """`curve_keys` of many curves, fitted in one go.

    Args:
        times: (T,) when the samples are, at even distances.
        values: (N, T, C) samples of each curve.
        chosen: for each curve, samples with keys, rising, from 0 to T - 1.

    Returns:
        The keys of each curve.
    """
    frames = values.shape[1]
    starts = frames * np.arange(len(values))
    slopes = np.swapaxes(slopes_of(np.swapaxes(values, 0, 1)), 0, 1)
    width = values.shape[2]
    shown, steep = fitted(
        values.reshape(-1, width),
        np.concatenate([own + start for own, start in zip(chosen, starts, strict=True)]),
        np.concatenate((starts, starts + frames - 1)),
        slopes.reshape(-1, width),
    )
    ends = np.cumsum([len(own) for own in chosen])[:-1]
    parts = zip(chosen, np.split(shown, ends), np.split(steep, ends), strict=True)
    return [_with_handles(times, *part) for part in parts]


def _with_handles(
    times: Floats, chosen: NDArray[np.intp], shown: Floats, slopes: Floats
) -> CurveKeys:
    """Keys (N, C) with slopes a step on the chosen samples of the times (T,)."""
    step = float(times[1] - times[0]) if len(times) > 1 else 1.0
    at = times[chosen]
    apart = np.diff(at) / 3.0
    ends = apart if len(apart) else np.array([step / 3.0])
    before, after = np.concatenate((ends[:1], apart)), np.concatenate((apart, ends[-1:]))
    return CurveKeys(
        at, shown,
        _handles(at - before, shown - (before / step)[:, None] * slopes),
        _handles(at + after, shown + (after / step)[:, None] * slopes),
    )  # fmt: skip


def _handles(times: Floats, values: Floats) -> Floats:
    return np.stack((np.broadcast_to(times[:, None], values.shape), values), axis=-1)


def evaluate_curve(keys: CurveKeys, times: Floats) -> Floats:
    """(M, C) the curves' values as Blender's `FCurve.evaluate` gives them.

    Bézier between keys, constant outside. A handle that reaches past the next key in time is
    shortened to end there first, as Blender does (`BKE_fcurve_correct_bezpart`).
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
    """(M, 4, 2) control points whose handles end between the two keys in time."""
    result = points.copy()
    first, last = result[:, 0], result[:, 3]
    right, left = first - result[:, 1], last - result[:, 2]
    span = last[:, 0] - first[:, 0]
    for handle, key, away in ((1, first, right), (2, last, left)):
        reach = np.abs(away[:, 0])
        share = np.where(reach > span, span / np.maximum(reach, 1e-12), 1.0)
        result[:, handle] = key - share[:, None] * away
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
