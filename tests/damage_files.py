# SPDX-License-Identifier: GPL-3.0-or-later
"""A small take in every format that is read, and damage done to its bytes."""

import io
import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from takes import points_of, waving

from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.bvh import bvh_text

RATE = 60.0
TAKE = points_of(waving(20, RATE), "BODY_25") + 0.01
TAKE[3:6, 4] = np.nan
NAMES = list(load_layout("BODY_25").names)


@dataclass(frozen=True)
class Form:
    """How a format is written (None for a folder's name), and what a reader must find in it."""

    write: Callable[[], bytes]
    suffix: str
    rate: float = RATE
    unit: str | None = "mm"
    points: int = 25
    layout: str = "BODY_25"
    folder: str = ""


def _millimetres(frame: np.ndarray, mark: str, empty: str = "") -> str:
    cells = [empty if np.isnan(x) else f"{1000 * x:.4f}" for x in frame.ravel()]
    return mark.join(cells)


def c3d() -> bytes:
    import c3d as library

    writer = library.Writer(point_rate=RATE, analog_rate=0)
    for frame in TAKE:
        rows = np.zeros((len(NAMES), 5), dtype=np.float32)
        rows[:, :3] = np.nan_to_num(1000.0 * frame)
        rows[np.isnan(frame).any(axis=1), 3] = -1
        writer.add_frames([(rows, np.zeros((0, 0)))])
    writer.set_point_labels(NAMES)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def trc() -> bytes:
    n = len(NAMES)
    head = [
        "PathFileType\t4\t(X/Y/Z)\ttake.trc",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame",
        f"60.00\t60.00\t{len(TAKE)}\t{n}\tmm\t60.00\t1",
        "Frame#\tTime\t" + "\t\t\t".join(NAMES),
        "\t\t" + "\t".join(f"X{i}\tY{i}\tZ{i}" for i in range(1, n + 1)),
        "",
    ]
    rows = [f"{t + 1}\t{t / RATE:.6f}\t{_millimetres(f, chr(9))}" for t, f in enumerate(TAKE)]
    return "\n".join([*head, *rows, ""]).encode()


def motive() -> bytes:
    """With a rigid body's rotation among the columns, which is no point."""
    names = [f"Anna:{n}" for n in NAMES for _ in range(3)]
    k = len(names)
    lines = [
        "Format Version,1.23,Take Name,Walk,Capture Frame Rate,120.0,Export Frame Rate,60.0,"
        "Total Frames in Take,20,Rotation Type,Quaternion,Length Units,Millimeters",
        "",
        ",Type," + ",".join(["Rigid Body"] * 4 + ["Marker"] * k),
        ",Name," + ",".join(["Box"] * 4 + names),
        ",ID," + ",".join(["1A2B"] * 4 + ["3C4D"] * k),
        ",," + ",".join(["Rotation"] * 4 + ["Position"] * k),
        "Frame,Time (Seconds)," + ",".join(["X", "Y", "Z", "W"] + ["X", "Y", "Z"] * len(NAMES)),
    ]
    rows = [f"{t},{t / RATE:.6f},0,0,0,1,{_millimetres(f, ',')}" for t, f in enumerate(TAKE)]
    return "\ufeff".encode() + "\r\n".join([*lines, *rows, ""]).encode()


def qualisys() -> bytes:
    head = [
        f"NO_OF_FRAMES\t{len(TAKE)}", "NO_OF_CAMERAS\t12", f"NO_OF_MARKERS\t{len(NAMES)}",
        "FREQUENCY\t60", "NO_OF_ANALOG\t0", "ANALOG_FREQUENCY\t0", "DESCRIPTION\t--",
        "TIME_STAMP\t2024-01-01, 12:00:00", "DATA_INCLUDED\t3D",
        "MARKER_NAMES\t" + "\t".join(NAMES), "TRAJECTORY_TYPES\t" + "\t".join(["Measured"] * 25),
    ]  # fmt: skip
    rows = [
        f"{t + 1}\t{t / RATE:.5f}\t{_millimetres(f, chr(9), '0.000')}" for t, f in enumerate(TAKE)
    ]
    return "\n".join([*head, *rows, ""]).encode()


def nexus() -> bytes:
    head = [
        "Trajectories", "60", ",," + ",,,".join(f"Anna:{n}" for n in NAMES),
        "Frame,Sub Frame," + ",".join(["X", "Y", "Z"] * 25), ",," + ",".join(["mm"] * 75),
    ]  # fmt: skip
    rows = [f"{t + 1},0,{_millimetres(f, ',')}" for t, f in enumerate(TAKE)]
    return "\n".join([*head, *rows, ""]).encode()


def table() -> bytes:
    head = "time," + ",".join(f"{n}_{a}" for n in NAMES for a in "xyz")
    rows = [
        f"{t / RATE:.6f}," + ",".join("" if np.isnan(x) else f"{x:.7f}" for x in f.ravel())
        for t, f in enumerate(TAKE)
    ]
    return "\n".join([head, *rows, ""]).encode()


def long_table() -> bytes:
    """FreeMoCap's by_frame.csv, but with BODY_25's names."""
    rows = ["frame,timestamp,model,keypoint,x,y,z"]
    for t, frame in enumerate(TAKE):
        for name, p in zip(NAMES, frame, strict=True):
            place = ",".join("" if np.isnan(x) else f"{x:.7f}" for x in p)
            rows.append(f"{t},{t / RATE:.6f},openpose_body,{name},{place}")
    return "\n".join([*rows, ""]).encode()


def npy() -> bytes:
    stream = io.BytesIO()
    np.save(stream, TAKE)
    return stream.getvalue()


def npz() -> bytes:
    stream = io.BytesIO()
    np.savez_compressed(stream, points=TAKE, names=np.array(NAMES), rate=RATE)
    return stream.getvalue()


def bvh() -> bytes:
    return bvh_text(waving(20, RATE)).encode()


def keypoints() -> bytes:
    frames = [
        {"timestamp_ms": 1000 * t / RATE,
         "keypoints3D": [{"name": n, "x": p[0], "y": p[1], "z": p[2], "score": 0.9}
                         for n, p in zip(NAMES, frame.tolist(), strict=True) if p[0] == p[0]]}
        for t, frame in enumerate(TAKE)
    ]  # fmt: skip
    return json.dumps(frames).encode()


def freemocap() -> bytes:
    return npy()


FORMATS: dict[str, Form] = {
    "c3d": Form(c3d, ".c3d"), "trc": Form(trc, ".trc"), "motive": Form(motive, ".csv"),
    "qualisys": Form(qualisys, ".tsv"), "nexus": Form(nexus, ".csv"),
    "table": Form(table, ".csv", unit=None), "long table": Form(long_table, ".csv", unit=None),
    "npy": Form(npy, ".npy", rate=30.0, unit=None), "npz": Form(npz, ".npz", unit=None),
    "keypoints": Form(keypoints, ".json", unit=None),
    "freemocap": Form(lambda: _in_millimetres(), ".npy", rate=30.0, folder="session"),
}  # fmt: skip
"""BVH's skeleton is another; it has tests of its own."""

DAMAGED: dict[str, Form] = {**FORMATS, "bvh": Form(bvh, ".bvh")}
del DAMAGED["freemocap"]


def _in_millimetres() -> bytes:
    stream = io.BytesIO()
    np.save(stream, 1000.0 * TAKE)
    return stream.getvalue()


def write_take(name: str, folder: Path) -> Path:
    """The take as a file of a format, or as a folder that is a recording."""
    form = FORMATS[name]
    if form.folder:
        data = folder / form.folder / "output_data"
        data.mkdir(parents=True)
        (data / "openpose_body_3d_xyz.npy").write_bytes(form.write())
        return folder / form.folder
    path = folder / f"take{form.suffix}"
    path.write_bytes(form.write())
    return path


def damaged(data: bytes, random: np.random.Generator) -> bytes:
    """Bits flipped, the end cut off, bytes made huge counts, a piece doubled or taken out, or words
    put in the place of numbers; mostly near the beginning, where headers are."""
    spoiled = bytearray(data)
    kind = int(random.integers(6))
    near = len(data) if random.random() < 0.4 else min(len(data), 1200)
    place = int(random.integers(max(near, 1)))
    if kind == 0:
        for _ in range(int(random.integers(1, 30))):
            at = int(random.integers(near))
            spoiled[at] ^= 1 << int(random.integers(8))
    elif kind == 1:
        del spoiled[place:]
    elif kind == 2:
        huge = [
            struct.pack("<H", 65535),
            struct.pack("<I", 2**31 - 1),
            b"999999999999",
            b"\xff" * 8,
        ]
        chosen = huge[int(random.integers(len(huge)))]
        spoiled[place : place + len(chosen)] = chosen
    elif kind == 3:
        length = int(random.integers(1, 2000))
        spoiled[place:place] = spoiled[place : place + length]
    elif kind == 4:
        del spoiled[place : place + int(random.integers(1, 500))]
    else:
        words = [b"nan", b"1e999", b"\t\t\t\t", b"{[{[", b"\x00" * 40, b"-1", b"\n\n", b",,,,,,,,"]
        spoiled[place : place + 4] = words[int(random.integers(len(words)))]
    return bytes(spoiled)
