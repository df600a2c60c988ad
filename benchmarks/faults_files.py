# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are out to harm: takes, motions and pickles that promise more than a machine has, and
values that no reader expects."""

import copy
import io
import json
import pickle
import struct
import sys
import zipfile
import zlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from common import ROOT

sys.path.append(str(ROOT / "tests"))
from takes import points_of, waving

from lsmplify_core.body.body import default_body
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.motion.motion import save_motion

NAMES = list(load_layout("BODY_25").names)
FRAMES = 12
POINTS = 1000.0 * points_of(waving(FRAMES)) + 10.0
EVIL: tuple[Any, ...] = (
    10**400, -(10**400), float("inf"), float("-inf"), float("nan"), 1e308, -1, 0, 1 << 63, 0.5, "",
    "²", "x" * 100_000, "\ud800", "a\nb", [], {}, [[]], [None], None, True, False, [1, 2],
    {"a": {"b": []}}, "1e999", "\x1b[2J", [10**400] * 3, ["a", "b", "c"], -(1 << 31),
)  # fmt: skip
"""Values in the place of others."""


def take(path: Path, names: Sequence[str] | None = None, points: Any = None) -> Path:
    """A take of twelve frames as npz."""
    chosen = POINTS if points is None else points
    np.savez(path, points=chosen, names=np.array(names or NAMES), rate=np.array(30.0))
    return path


def people(path: Path, *names: str) -> Path:
    """A take of several people, two metres apart."""
    points = np.concatenate([POINTS + 2000.0 * i for i in range(len(names))], axis=1)
    return take(path, [f"{who}:{n}" for who in names for n in NAMES], points)


def motion(path: Path, **changes: Any) -> Path:
    """An AMASS motion of twelve frames, some arrays replaced; None takes one out."""
    arrays: dict[str, Any] = {
        "poses": np.zeros((FRAMES, 72), np.float32), "trans": np.zeros((FRAMES, 3), np.float32),
        "betas": np.zeros(10), "gender": np.array("neutral"), "mocap_framerate": np.array(30.0),
    }  # fmt: skip
    arrays |= changes
    np.savez(path, **{k: v for k, v in arrays.items() if v is not None})
    return path


def result(path: Path) -> Path:
    """A motion as the solver writes it."""
    save_motion(waving(FRAMES), path)
    return path


def bomb(path: Path, members: Sequence[str], size: int, row: int = 3) -> Path:
    """A small npz whose members unpack to `size` bytes of zeros each."""
    path.write_bytes(_bomb(tuple(members), size, row))
    return path


@lru_cache(maxsize=2)
def _bomb(members: tuple[str, ...], size: int, row: int) -> bytes:
    whole = io.BytesIO()
    head = io.BytesIO()
    shape = (size // (4 * row), row)
    np.lib.format.write_array_header_1_0(
        head, {"descr": "<f4", "fortran_order": False, "shape": shape}
    )
    block = b"\0" * (1 << 22)
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for member in members:
            with archive.open(member, "w", force_zip64=True) as file:
                file.write(head.getvalue())
                for _ in range(size // len(block)):
                    file.write(block)
    return whole.getvalue()


def doubled(path: Path, levels: int = 60, as_set: bool = False) -> Path:
    """A pickle of 150 bytes whose one key holds a tuple twice, which holds a tuple twice, …."""
    body = b"\x80\x02" + (b"\x8f(" if as_set else b"}") + b"K\x01"
    body += b"2\x86" * levels
    path.write_bytes(body + (b"\x90." if as_set else b"K\x00s."))
    return path


def joblib_bomb(path: Path, size: int = 2 << 30) -> Path:
    """A pickle, compressed as a whole, of a text of `size` zeros."""
    packer = zlib.compressobj(1)
    with path.open("wb") as file:
        file.write(packer.compress(b"\x80\x04\x8d" + struct.pack("<Q", size)))
        block = b"0" * (1 << 22)
        for _ in range(size // len(block)):
            file.write(packer.compress(block))
        file.write(packer.compress(b"."))
        file.write(packer.flush())
    return path


def sparse(path: Path, size: int = 100 << 30) -> Path:
    """An npy that says it has 100 GB, and has them as a hole."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        head, {"descr": "<f8", "fortran_order": False, "shape": (size // 600, 25, 3)}
    )
    with path.open("wb") as file:
        file.write(head.getvalue())
        file.truncate(size)
    return path


def calibration() -> dict[str, Any]:
    """A calibration as it is saved."""
    return {
        "form": "lsmplify calibration", "layout": "BODY_25", "body": "default",
        "rest_joints": default_body().rest_joints.tolist(),
        "points": [{"name": n, "joint": "Pelvis", "offset": [0.0, 0.1, 0.0]} for n in NAMES[:4]],
    }  # fmt: skip


def layout() -> dict[str, Any]:
    """A layout of three keypoints."""
    points = [
        {"name": n, "aliases": [n.lower()], "joint": "Head", "offset": [0.0, 0.1, 0.0]}
        for n in NAMES[:3]
    ]
    return {"name": "Mine", "keypoints": points}


def mapping() -> dict[str, Any]:
    """A mapping with a point that no track is."""
    made = layout()
    made["keypoints"] = [{**k, "point": k["name"]} for k in made["keypoints"]]
    made["unmapped"] = [{"name": "Nose", "joint": "Head", "offset": [0.0, 0.0, 0.1]}]
    return made


def contacts() -> dict[str, Any]:
    """Contacts and a floor."""
    found = [{"part": "left toe", "first": 0, "last": 3}]
    return {"floor": {"height": 0.0, "slope": [0.0, 0.0]}, "contacts": found}


def repairs() -> dict[str, Any]:
    """A list of two repairs."""
    one = {"kind": "gap", "tracks": ["Nose"], "first": 1, "last": 2, "done": "x", "evidence": "y"}
    return {"repairs": [one, {**one, "kind": "swap", "tracks": ["a", "b"]}]}


def keypoints() -> list[Any]:
    """Frames of named keypoints."""
    return [
        {"timestamp_ms": 33.3 * t,
         "keypoints3D": [{"name": n, "x": p[0], "y": p[1], "z": p[2], "score": 0.9}
                         for n, p in zip(NAMES, frame.tolist(), strict=True)]}
        for t, frame in enumerate(POINTS)
    ]  # fmt: skip


def spoiled_json(value: Any, random: np.random.Generator) -> Any:
    """JSON with one to three of its values replaced, taken out, doubled or nested."""
    made = json.loads(json.dumps(value))
    for _ in range(int(random.integers(1, 4))):
        made = _spoiled(made, random)
    return made


def _spoiled(made: Any, random: np.random.Generator) -> Any:
    places = list(_places(made))
    if not places:
        return _evil(random)
    holder, key = places[int(random.integers(len(places)))]
    kind = int(random.integers(8))
    if kind == 0:
        del holder[key]
    elif kind == 1:
        holder[key] = [holder[key], holder[key]]
    elif kind == 2:
        deep: Any = holder[key]
        for _ in range(300):
            deep = [deep]
        holder[key] = deep
    else:
        holder[key] = _evil(random)
    return made


def _evil(random: np.random.Generator) -> Any:
    return copy.deepcopy(EVIL[int(random.integers(len(EVIL)))])


def _places(value: Any, depth: int = 0) -> Any:
    keys = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    if depth > 40:
        return
    for key in list(keys):
        yield value, key
        yield from _places(value[key], depth + 1)


def json_text(value: Any) -> bytes:
    """As bytes; what JSON has no word for (Infinity, lone surrogates) as Python writes it."""
    return json.dumps(value).encode()


def spoiled_arrays(arrays: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
    """Arrays with one or two of another kind, shape or content."""
    made = dict(arrays)
    for _ in range(int(random.integers(1, 3))):
        if not made:
            break
        key = sorted(made)[int(random.integers(len(made)))]
        change = _ARRAYS[int(random.integers(len(_ARRAYS)))](np.asarray(made[key]))
        if change is None:
            del made[key]
        else:
            made[key] = change
    return made


def _filled(a: Any, value: float) -> Any:
    numbers = a.dtype.kind in "fiu"
    return np.full(a.shape, value) if numbers else np.full((2, 2), value)


_ARRAYS: tuple[Any, ...] = (
    lambda a: None, lambda a: np.array(3.0), lambda a: np.empty((0,)), lambda a: a[None, None],
    lambda a: a.reshape(-1), lambda a: np.array("word"), lambda a: np.array(b"m\xe4le"),
    lambda a: np.array(["x" * 5000] * 3), lambda a: a.astype(str) if a.dtype.kind in "fiu" else a,
    lambda a: np.zeros((1, 1, 1, 1, 1)), lambda a: _filled(a, np.nan),
    lambda a: _filled(a, np.inf), lambda a: _filled(a, 1e308), lambda a: _filled(a, -1.0),
    lambda a: np.zeros((2, 0, 3)), lambda a: a.T, lambda a: a[:1] if a.ndim else a,
    lambda a: np.array([{}], dtype=object), lambda a: np.zeros(a.shape, bool),
    lambda a: np.zeros(a.shape, complex), lambda a: np.zeros(3, "M8[s]"),
    lambda a: np.array([(1, 2.0)], dtype="i4,f8"), lambda a: np.array("\ud800"),
    lambda a: np.full(a.shape, 1 << 62, np.int64), lambda a: np.zeros(a.shape, ">f8"),
)  # fmt: skip


def spoiled_npz(arrays: dict[str, Any], random: np.random.Generator) -> bytes:
    """An npz of such arrays."""
    packed = io.BytesIO()
    np.savez_compressed(packed, **spoiled_arrays(arrays, random))
    return packed.getvalue()


def spoiled_pickle(value: dict[str, Any], random: np.random.Generator) -> bytes:
    """A pickle of such arrays, or with values of another kind."""
    made: dict[Any, Any] = spoiled_arrays(value, random)
    if random.random() < 0.4:
        made[sorted(value)[0]] = EVIL[int(random.integers(len(EVIL)))]
    if random.random() < 0.1:
        made[((1, 2), 3)] = 1
    return pickle.dumps(made, protocol=int(random.integers(0, 6)))
