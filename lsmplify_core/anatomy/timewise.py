# SPDX-License-Identifier: GPL-3.0-or-later
"""Directions in a plane followed through time, both ways, where single frames say little.

A direction is a unit vector of two numbers, so that nothing has to be unwrapped. The smooth path z
minimises, over the frames t of a clip,

    sum_t w_t |z_t - c_t|² + (length · rate)² sum_t |z_t+1 - z_t|²,

which follows c where its weight w is large and goes straight from one such time to the next where
it is small (the first-order smoother of Whittaker, "On a New Method of Graduation", 1923).
"""

from ..runtime.array_namespace import array_namespace
from ..runtime.array_types import Array

_NOTHING = 1e-12
"""What frames of a reduced system say to each other beside what they say of themselves."""


def followed(directions: Array, weights: Array, length: float) -> Array:
    """The smooth path (T, 2) through `directions` (T, 2), not of unit length.

    weights: (T,), at least one above zero. length: frames that one frame of weight one reaches.
    """
    xp = array_namespace(directions)
    link = length * length
    inner = xp.ones_like(weights)
    before = xp.concat((0.0 * inner[:1], -link * inner[1:]))
    after = xp.concat((-link * inner[1:], 0.0 * inner[:1]))
    diagonal = weights - before - after
    return solve_tridiagonal(before, diagonal, after, weights[:, None] * directions)


def solve_tridiagonal(below: Array, diagonal: Array, above: Array, asked: Array) -> Array:
    """x (T, C) of below_t x_t-1 + diagonal_t x_t + above_t x_t+1 = asked_t.

    By parallel cyclic reduction (Hockney and Jesshope, "Parallel Computers", 1981): at most log2 T
    steps over whole arrays, stable for diagonally dominant systems. Every step squares how little
    frames say to each other, so that it ends as soon as that is nothing. below, diagonal, above:
    (T,); the first of `below` and the last of `above` are zero.
    """
    xp = array_namespace(diagonal)
    total = len(diagonal)
    step = 1
    a, b, c, d = below, diagonal, above, asked
    while step < total:
        up = -a[step:] / b[:-step]
        down = -c[:-step] / b[step:]
        none = 0.0 * b[:step]
        b_new = b + xp.concat((none, up * c[:-step])) + xp.concat((down * a[step:], none))
        rows = xp.zeros_like(d[:step])
        from_before = xp.concat((rows, up[:, None] * d[:-step]))
        d = d + from_before + xp.concat((down[:, None] * d[step:], rows))
        a = xp.concat((none, up * a[:-step]))
        c = xp.concat((down * c[step:], none))
        b = b_new
        step *= 2
        if bool(xp.all(xp.maximum(xp.abs(a), xp.abs(c)) < _NOTHING * b)):
            break
    return d / b[:, None]


def unit(pairs: Array, least: float = 1e-12) -> Array:
    """Vectors (T, 2) brought to unit length; those shorter than `least` stay as short as they
    are."""
    xp = array_namespace(pairs)
    length = xp.sqrt(xp.sum(pairs * pairs, axis=-1) + least * least)
    return pairs / length[..., None]
