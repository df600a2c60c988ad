# SPDX-License-Identifier: GPL-3.0-or-later
"""Damage to what files say and not to their bits: counts, units, names, encodings, separators,
rows."""

import io
import json
import re
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

Random = np.random.Generator
_SEPARATORS = ("\t", ",", ";")


def structurally_damaged(data: bytes, suffix: str, random: Random) -> bytes:
    """A file that says something else than it did, by one to three changes.

    Args:
        data: the file.
        suffix: of its name; ".c3d", ".npy" and ".npz" are changed as what they are, others as text.
        random: what is drawn from.
    """
    for _ in range(int(random.integers(1, 4))):
        if suffix == ".c3d":
            data = _c3d(data, random)
        elif suffix in (".npy", ".npz"):
            data = _array(data, random)
        elif suffix == ".json":
            data = _json(data, random)
        else:
            data = _text(data, random)
    return data


def _text(data: bytes, random: Random) -> bytes:
    change = _TEXT[int(random.integers(len(_TEXT)))]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return data
    result = change(text, random)
    return result if isinstance(result, bytes) else result.encode()


def _lines(text: str) -> list[str]:
    return text.splitlines()


def _rows_lost(text: str, random: Random) -> str:
    lines = _lines(text)
    first = int(random.integers(len(lines)))
    del lines[first : first + int(random.integers(1, 8))]
    return "\n".join(lines) + "\n"


def _row_twice(text: str, random: Random) -> str:
    lines = _lines(text)
    at = int(random.integers(len(lines)))
    return "\n".join(lines[:at] + lines[at : at + 1] * int(random.integers(2, 5)) + lines[at + 1 :])


def _rows_exchanged(text: str, random: Random) -> str:
    lines = _lines(text)
    a, b = random.integers(len(lines), size=2)
    lines[a], lines[b] = lines[b], lines[a]
    return "\n".join(lines)


def _by_cells(text: str, change: Callable[[list[list[str]]], None]) -> str:
    mark = max(_SEPARATORS, key=text.count)
    rows = [line.split(mark) for line in _lines(text)]
    change(rows)
    return "\n".join(mark.join(row) for row in rows) + "\n"


def _column_lost(text: str, random: Random) -> str:
    def change(rows: list[list[str]]) -> None:
        at = int(random.integers(max(len(r) for r in rows)))
        for row in rows:
            del row[at : at + 1]

    return _by_cells(text, change)


def _column_below_lost(text: str, random: Random) -> str:
    def change(rows: list[list[str]]) -> None:
        at = int(random.integers(max(len(r) for r in rows)))
        first = int(random.integers(min(7, len(rows))))
        for row in rows[first:]:
            del row[at : at + 1]

    return _by_cells(text, change)


def _columns_exchanged(text: str, random: Random) -> str:
    def change(rows: list[list[str]]) -> None:
        width = max(len(r) for r in rows)
        a, b = (int(x) for x in random.integers(width, size=2))
        first = int(random.integers(min(7, len(rows))))
        for row in rows[first:]:
            if max(a, b) < len(row):
                row[a], row[b] = row[b], row[a]

    return _by_cells(text, change)


def _cell_changed(text: str, random: Random) -> str:
    words = ["", "nan", "NaN", "-", "0", "1e9", "abc", "#N/A", "Inf", "-9999", '"', "1,5", "0.0.1"]

    def change(rows: list[list[str]]) -> None:
        for _ in range(int(random.integers(1, 40))):
            row = rows[int(random.integers(len(rows)))]
            row[int(random.integers(len(row)))] = words[int(random.integers(len(words)))]

    return _by_cells(text, change)


def _number_changed(text: str, random: Random) -> str:
    """A count, rate or number of the first lines."""
    lines = _lines(text)
    at = int(random.integers(min(8, len(lines))))
    new = ["0", "-1", "1", "25.5", "999999", "3", "60000"][int(random.integers(7))]
    found = list(re.finditer(r"\d+(\.\d+)?", lines[at]))
    if found:
        m = found[int(random.integers(len(found)))]
        lines[at] = lines[at][: m.start()] + new + lines[at][m.end() :]
    return "\n".join(lines) + "\n"


def _unit_changed(text: str, random: Random) -> str:
    words = ["mm", "m", "cm", "Meters", "Millimeters", "inches", "px", ""]
    new = words[int(random.integers(len(words)))]
    return re.sub(r"\b(mm|Millimeters|Meters|cm)\b", new, text)


def _names_changed(text: str, random: Random) -> str:
    names = ["Nose", "Neck", "RShoulder", "LShoulder", "RElbow", "LHip", "RHip", "RKnee", "LKnee"]
    a, b = random.choice(names, 2, replace=False)
    kind = int(random.integers(4))
    if kind == 0:
        return text.replace(a, "\0").replace(b, a).replace("\0", b)
    if kind == 1:
        return text.replace(a, b)
    return text.replace(a, "" if kind == 2 else "Größe é")


def _separator_changed(text: str, random: Random) -> str:
    old = max(_SEPARATORS, key=text.count)
    new = [m for m in (*_SEPARATORS, " ", "|") if m != old][int(random.integers(4))]
    if new == ";" and random.random() < 0.5:
        return text.replace(old, ";").replace(".", ",")
    return text.replace(old, new)


def _encoded(text: str, random: Random) -> bytes:
    codes = ["utf-16", "utf-16-le", "utf-8-sig", "utf-32", "cp1252"]
    return text.replace("Nose", "Näse").encode(
        codes[int(random.integers(len(codes)))], errors="replace"
    )


def _line_ends(text: str, random: Random) -> str:
    return text.replace("\n", ["\r\n", "\r", "\n\n"][int(random.integers(3))])


def _cut(text: str, random: Random) -> str:
    return text[: int(random.integers(len(text)))]


def _joined(text: str, random: Random) -> str:
    return text + text if random.random() < 0.5 else text + "\n".join(_lines(text)[-5:])


_TEXT = (
    _rows_lost, _row_twice, _rows_exchanged, _column_lost, _column_below_lost, _columns_exchanged,
    _cell_changed, _number_changed, _unit_changed, _names_changed, _separator_changed, _encoded,
    _line_ends, _cut, _joined,
)  # fmt: skip


def _json(data: bytes, random: Random) -> bytes:
    try:
        frames: Any = json.loads(data)
    except (ValueError, RecursionError):
        return data
    if not isinstance(frames, list) or not frames or random.random() < 0.2:
        return _text(data, random)
    kind, at = int(random.integers(7)), int(random.integers(len(frames)))
    points = frames[at].get("keypoints3D", []) if isinstance(frames[at], dict) else []
    if kind == 0:
        del frames[at : at + 4]
    elif kind == 1:
        random.shuffle(points)
    elif kind == 2:
        for frame in frames:
            for point in frame.get("keypoints3D", []):
                point.pop("name", None)
    elif kind == 3:
        for frame in frames:
            frame["timestamp_ms"] = [0, -1, "x", 1e9, None][int(random.integers(5))]
    elif kind == 4 and points:
        points.pop(int(random.integers(len(points))))
    elif kind == 5:
        for point in points:
            point["z"] = 0.0
    else:
        frames[at] = {}
    return json.dumps(frames).encode()


def _array(data: bytes, random: Random) -> bytes:
    try:
        loaded: Any = np.load(io.BytesIO(data), allow_pickle=False)
        parts = (
            {k: loaded[k] for k in loaded.files} if hasattr(loaded, "files") else {"points": loaded}
        )
        single = not hasattr(loaded, "files")
    except Exception:
        return data
    points = parts["points"]
    kind = int(random.integers(11))
    if kind == 0:
        points = points[:, : int(random.integers(1, points.shape[1] + 1))]
    elif kind == 1:
        points = np.swapaxes(points, 0, 1)
    elif kind == 2:
        points = points[..., ::-1]
    elif kind == 3:
        points = points.reshape(len(points), -1)
    elif kind == 4:
        points = (points * 1000).astype(np.int16)
    elif kind == 5:
        points = points[:, random.permutation(points.shape[1])]
    elif kind == 6:
        points = points[random.permutation(len(points))]
    elif kind == 7:
        points = np.concatenate([points, points[:, :3]], axis=1)
    elif kind == 8:
        parts["rate"] = np.array([0, -5, 1e9, np.nan][int(random.integers(4))])
    elif kind == 9 and "names" in parts:
        parts["names"] = parts["names"][: int(random.integers(len(parts["names"]) + 1))]
    else:
        points = points.astype([np.float16, ">f8", np.complex64][int(random.integers(3))])
    parts["points"] = points
    stream = io.BytesIO()
    if single:
        np.save(stream, points)
    else:
        np.savez(stream, **parts)
    return stream.getvalue()


def _c3d(data: bytes, random: Random) -> bytes:
    """A word of the header, a number of a parameter, letters of the names, or frames."""
    raw = bytearray(data)
    kind = int(random.integers(7))
    if kind == 0:
        at = 2 * int(random.choice([1, 2, 3, 4, 5, 8, 9]))
        raw[at : at + 2] = struct.pack("<H", int(random.choice([0, 1, 2, 24, 26, 60, 255, 65535])))
    elif kind == 1:
        at = int(random.choice([12, 20]))
        raw[at : at + 4] = struct.pack("<f", float(random.choice([-1, 1, -0.1, 0.01, 0, 60, 1e9])))
    elif kind == 2:
        for name in (b"RATE", b"SCALE", b"USED", b"FRAMES", b"DATA_START"):
            at = raw.find(name)
            if at >= 0 and random.random() < 0.5:
                raw[at + len(name) + 4 : at + len(name) + 6] = bytes(
                    random.integers(0, 256, 2).tolist()
                )
    elif kind == 3:
        raw = raw.replace(b"mm", [b"m ", b"cm", b"xx", b"in"][int(random.integers(4))])
    elif kind == 4:
        raw = raw.replace(b"RShoulder", b"LShoulder").replace(b"Nose", b"Neck")
    elif kind == 5:
        del raw[len(raw) - int(random.integers(1, len(raw) // 2)) :]
    else:
        frame = 25 * 16
        del raw[len(raw) - 5 * frame : len(raw) - 4 * frame + int(random.integers(-8, 8))]
    return bytes(raw)
