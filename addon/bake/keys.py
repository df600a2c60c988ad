# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of one curve, many at once: read, replaced within a span, copied from another curve.

Keys outside the span keep every bit of what they are: value, handles, interpolation.
"""

from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

_FLOATS = {"co": 2, "handle_left": 2, "handle_right": 2, "amplitude": 1, "back": 1, "period": 1}
_HANDLES = ("handle_left", "handle_right")
OVERSHOOT = {"amplitude": 0.8, "back": 1.70158, "period": 4.1}
"""What Blender's own keys have for *Elastic* and *Back*, which an artist may switch them to; one
that is added by a script has 0, and neither would swing."""
_KINDS = ("interpolation", "handle_left_type", "handle_right_type", "easing", "type")


def _number(name: str, word: str) -> int:
    return bpy.types.Keyframe.bl_rna.properties[name].enum_items[word].value


_LINEAR, _BEZIER = _number("interpolation", "LINEAR"), _number("interpolation", "BEZIER")
_ALIGNED = _number("handle_left_type", "ALIGNED")
_FREE = _number("handle_left_type", "FREE")
_AUTO = _number("handle_left_type", "AUTO_CLAMPED")


@dataclass(frozen=True)
class Handles:
    """(N, 2) frame and value of the handles left and right of N keys."""

    left: NDArray[np.floating]
    right: NDArray[np.floating]


def replace(
    curve: bpy.types.FCurve, frames: NDArray[np.floating], values: NDArray[np.floating],
    handles: Handles | None = None,
) -> None:  # fmt: skip
    """Set the curve's keys from the first to the last of `frames` (N,) to values (N,).

    handles: Bézier keys with handles in line; None for straight lines between the keys.
    """
    if handles is None and not len(curve.keyframe_points):
        add_straight(curve, frames, values)
        return
    co = _get(curve, "co")
    times = co[:, 0]
    inside = (times >= frames[0] - 1e-4) & (times <= frames[-1] + 1e-4)
    if handles is None and _only_values(curve, co, inside, frames):
        co[inside, 1] = values
        curve.keyframe_points.foreach_set("co", co.ravel())
        curve.update()
        return
    if inside.all():
        _write(curve, _new_keys(frames, values, handles))
        return
    old = _read(curve)
    before, after = times < frames[0] - 1e-4, times > frames[-1] + 1e-4
    _hold_handles(old, before, after)
    new = _new_keys(frames, values, handles)
    merged = {n: np.concatenate((old[n][before], new[n], old[n][after])) for n in old}
    _write(curve, merged)


def copy(source: bpy.types.FCurve, target: bpy.types.FCurve) -> None:
    """Give a curve all keys of another, if they differ."""
    if len(source.keyframe_points) != len(target.keyframe_points) or not _same(source, target):
        _write(target, _read(source))


def _same(one: bpy.types.FCurve, other: bpy.types.FCurve) -> bool:
    """Whether two curves of as many keys play back alike."""
    if not np.array_equal(_get(one, "co"), _get(other, "co")):
        return False
    kinds = _get(one, "interpolation")
    if not np.array_equal(kinds, _get(other, "interpolation")):
        return False
    straight = bool((kinds == _LINEAR).all())  # handles of straight lines bend nothing
    return straight or all(np.array_equal(_get(one, n), _get(other, n)) for n in _HANDLES)


def rewritten(
    source: bpy.types.FCurve, target: bpy.types.FCurve, keyed: NDArray[np.float32],
    frames: NDArray[np.floating], values: NDArray[np.floating],
) -> bool:  # fmt: skip
    """Give a curve the keys of another with other values at some of its frames, in one go.

    Args:
        source: the other curve.
        target: the one that is written.
        keyed: (N, 2) the source's `points`.
        frames: (M,) those with other values, in a row; none for the keys as they are.
        values: (M,) the values there.

    Returns:
        Whether that was done: only where both curves have straight lines between as many keys, and
        the source a key on each of `frames`.
    """
    if len(target.keyframe_points) != len(keyed):
        return False
    if not all((_get(c, "interpolation") == _LINEAR).all() for c in (source, target)):
        return False
    new = keyed.copy()
    if len(frames):
        inside = (new[:, 0] >= frames[0] - 1e-4) & (new[:, 0] <= frames[-1] + 1e-4)
        if int(inside.sum()) != len(frames) or np.abs(new[inside, 0] - frames).max() > 1e-4:
            return False
        new[inside, 1] = values
    if len(frames) or not np.array_equal(new, points(target)):
        target.keyframe_points.foreach_set("co", new.ravel())
        target.update()
    return True


def points(curve: bpy.types.FCurve) -> NDArray[np.float32]:
    """(N, 2) frame and value of its keys."""
    return _get(curve, "co")


def sampled(
    curve: bpy.types.FCurve, frames: NDArray[np.floating], keyed: NDArray[np.float32] | None = None
) -> NDArray[np.float64]:
    """(T,) the curve's values at frames (T,): its keys' own where they lie there. keyed: (N, 2) its
    `points`, where they have been read."""
    times, values = (points(curve) if keyed is None else keyed).T
    if lie_on(times, frames) and not curve.modifiers:
        return values.astype(np.float64)
    return np.array([curve.evaluate(float(f)) for f in frames], dtype=np.float64)


def lie_on(times: NDArray[np.floating], frames: NDArray[np.floating]) -> bool:
    """Whether keys at times (N,) are on frames (T,) one by one, with none between."""
    return len(times) == len(frames) and bool(np.abs(times - frames).max(initial=0.0) < 1e-3)


def _read(curve: bpy.types.FCurve) -> dict[str, NDArray[Any]]:
    return {name: _get(curve, name) for name in (*_FLOATS, *_KINDS)}


def _get(curve: bpy.types.FCurve, name: str) -> NDArray[Any]:
    """(N,) or (N, 2) one attribute of all keys."""
    width = _FLOATS.get(name)
    count = len(curve.keyframe_points)
    found = np.empty(count * (width or 1), dtype=np.float32 if width else np.int32)
    curve.keyframe_points.foreach_get(name, found)
    return found.reshape(-1, 2) if width == 2 else found


def _write(curve: bpy.types.FCurve, keys: dict[str, NDArray[Any]]) -> None:
    points = curve.keyframe_points
    points.clear()
    points.add(len(keys["co"]))
    for name in (*_KINDS, *_FLOATS):  # kinds first: handles are kept in line by their types
        points.foreach_set(name, np.ascontiguousarray(keys[name]).ravel())
    curve.update()


def add_straight(
    curve: bpy.types.FCurve, frames: NDArray[np.floating], values: NDArray[np.floating]
) -> None:
    """Add keys joined by straight lines to a curve whose other keys, if it has any, are on other
    frames and stay as they are. What a new key is by itself, as its handles are, needs not be said.

    frames, values: (N,) in order.
    """
    points = curve.keyframe_points
    kept = len(points)
    points.add(len(frames))
    co = np.empty((len(frames), 2), dtype=np.float32)
    co[:, 0], co[:, 1] = frames, values
    kinds = np.full(len(frames), _LINEAR, dtype=np.int32)
    new: dict[str, NDArray[Any]] = {"co": co.ravel(), "interpolation": kinds}
    for name, value in OVERSHOOT.items():
        new[name] = np.full(len(frames), value, dtype=np.float32)
    for name, own in new.items():
        whole = own if kept == 0 else _get(curve, name).ravel()
        whole[-len(own) :] = own
        points.foreach_set(name, whole)
    curve.update()


def _only_values(
    curve: bpy.types.FCurve,
    co: NDArray[Any],
    inside: NDArray[np.bool_],
    frames: NDArray[np.floating],
) -> bool:
    """Whether the keys are there already, joined by straight lines."""
    if int(inside.sum()) != len(frames):
        return False
    near = np.abs(co[inside, 0] - frames).max(initial=0.0) < 1e-4
    return bool(near and (_get(curve, "interpolation") == _LINEAR).all())


def _hold_handles(
    old: dict[str, NDArray[Any]], before: NDArray[np.bool_], after: NDArray[np.bool_]
) -> None:
    """The keys beside the span must not have their handles found anew from their new neighbours:
    the curve would move where nothing is to change."""
    beside = [np.flatnonzero(before)[-1:], np.flatnonzero(after)[:1]]
    for index in np.concatenate(beside):
        if (old["interpolation"][max(index - 1, 0) : index + 1] == _BEZIER).any():
            old["handle_left_type"][index] = old["handle_right_type"][index] = _FREE


def _new_keys(
    frames: NDArray[np.floating], values: NDArray[np.floating], handles: Handles | None
) -> dict[str, NDArray[Any]]:
    count = len(frames)
    co = np.stack((frames, values), axis=1).astype(np.float32)
    third = np.array([1.0 / 3.0, 0.0], dtype=np.float32)
    bezier = handles is not None
    made = {
        "co": co,
        "handle_left": handles.left.astype(np.float32) if handles else co - third,
        "handle_right": handles.right.astype(np.float32) if handles else co + third,
        **{name: np.full(count, value, np.float32) for name, value in OVERSHOOT.items()},
        "interpolation": np.full(count, _BEZIER if bezier else _LINEAR, np.int32),
    }  # fmt: skip
    kind = np.full(count, _ALIGNED if bezier else _AUTO, np.int32)
    zero = np.zeros(count, np.int32)
    return made | {
        "handle_left_type": kind,
        "handle_right_type": kind,
        "easing": zero,
        "type": zero,
    }
