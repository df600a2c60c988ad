# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers given damage and nonsense: what comes back is a result or one clear line, never a
traceback.

Files that once broke a reader are kept in tests/reading/corpus and read first. `FUZZ=2000` tries
longer.
"""

import io
import json
import os
import pickle
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from lsmplify_core.body.body import default_body
from lsmplify_core.body.smpl_file import load_smpl_file
from lsmplify_core.calibration.calibration_file import (
    SavedCalibration,
    load_calibration,
    save_calibration,
)
from lsmplify_core.geometry.skeleton import N_JOINTS
from lsmplify_core.layouts.layout import LAYOUT_FOLDER, Keypoint, load_layout
from lsmplify_core.layouts.mapping import load_mapping
from lsmplify_core.motion.body_file import read_body
from lsmplify_core.motion.bvh import bvh_text
from lsmplify_core.motion.motion import Motion, load_motion, save_motion
from lsmplify_core.reading import read_tracks
from lsmplify_core.runtime.errors import InputError

pytest.importorskip("hypothesis", reason="hypothesis is not installed here")
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CORPUS = Path(__file__).parent / "corpus"
TRIES = int(os.environ.get("FUZZ", "40"))
Reader = Callable[[Path], object]
READERS: dict[str, tuple[str, Reader]] = {
    "c3d": ("take.c3d", read_tracks), "trc": ("take.trc", read_tracks),
    "csv": ("take.csv", read_tracks), "npy": ("take.npy", read_tracks),
    "npz": ("take.npz", read_tracks), "motion": ("motion.npz", load_motion),
    "body": ("body.npz", read_body), "layout": ("layout.json", lambda p: load_layout(str(p))),
    "pickle": ("model.pkl", load_smpl_file), "model": ("model.npz", load_smpl_file),
    "bvh": ("take.bvh", read_tracks), "keypoints": ("take.json", read_tracks),
    "mapping": ("mapping.json", lambda p: load_mapping(p, load_layout("BODY_25").names)),
    "calibration": ("person.json", load_calibration),
}  # fmt: skip


@cache
def whole(kind: str) -> bytes:
    """A small sound file of each kind, to be damaged."""
    made = io.BytesIO()
    points = np.random.default_rng(0).random((4, 25, 3))
    if kind == "c3d":
        import c3d

        writer = c3d.Writer(point_rate=120.0, analog_rate=0)
        writer.add_frames([(np.ones((3, 5), dtype=np.float32), np.zeros((0, 0)))] * 3)
        writer.set_point_labels(["LSHO", "RSHO", "C7"])
        writer.write(made)
    elif kind == "trc":
        return (
            b"PathFileType\t4\t(X/Y/Z)\tx.trc\nDataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\n"
            b"60\t60\t2\t2\tmm\nFrame#\tTime\tLSHO\t\t\tRSHO\t\t\n\t\tX1\tY1\tZ1\tX2\tY2\tZ2\n"
            b"1\t0.0\t1\t2\t3\t4\t5\t6\n2\t0.016\t1\t2\t3\t4\t5\t6\n"
        )
    elif kind == "csv":
        return b"time,a_x,a_y,a_z,b_x,b_y,b_z\n0,1,2,3,4,5,6\n0.1,1,2,3,4,5,6\n"
    elif kind == "npy":
        np.save(made, points)
    elif kind == "npz":
        np.savez(made, points=points, names=np.array([f"p{i}" for i in range(25)]), rate=30.0)
    elif kind in ("motion", "body"):
        return motion()
    elif kind == "bvh":
        return bvh_text(standing()).encode()
    elif kind == "keypoints":
        frames = [
            {"pose_world_landmarks": [{"x": 1.0, "y": 2.0, "z": 3.0, "visibility": 0.9}] * 33}
        ]
        return json.dumps({"fps": 25, "frames": frames * 2}).encode()
    elif kind == "mapping":
        return (LAYOUT_FOLDER / "BODY_25.json").read_bytes()
    elif kind == "calibration":
        return calibration()
    elif kind == "layout":
        return (LAYOUT_FOLDER / "COCO_17.json").read_bytes()
    elif kind == "pickle":
        pickle.dump(model(), made, protocol=2)
    else:
        np.savez(made, **model())
    return made.getvalue()


def motion() -> bytes:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder) / "motion.npz"
        save_motion(standing(), path)
        return path.read_bytes()


def standing() -> Motion:
    turned = np.broadcast_to(np.eye(3), (3, N_JOINTS, 3, 3))
    return Motion(turned, np.zeros((3, 3)), 30.0, default_body())


def calibration() -> bytes:
    from tempfile import TemporaryDirectory

    points = (Keypoint("Nose", 15, (0.0, 0.1, 0.1)), Keypoint("Neck", 12, (0.0, 0.0, 0.0)))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "person.json"
        save_calibration(SavedCalibration(default_body(), points, "BODY_25"), path)
        return path.read_bytes()


def model() -> dict[str, np.ndarray]:
    """Arrays named as a model file's, of no sensible body."""
    return {
        "v_template": np.zeros((3, 3)), "shapedirs": np.zeros((3, 3, 10)),
        "posedirs": np.zeros((3, 3, 207)), "J_regressor": np.zeros((24, 3)),
        "weights": np.zeros((3, 24)), "kintree_table": np.zeros((2, 24)), "f": np.zeros((1, 3)),
    }  # fmt: skip


def reads(kind: str, content: bytes, folder: Path) -> None:
    """The reader gives a result or an InputError of one line."""
    name, read = READERS[kind]
    path = folder / name
    path.write_bytes(content)
    said = ""
    try:
        read(path)
    except InputError as refused:
        said = str(refused)
    assert "\n" not in said
    assert len(said) < 2000


@st.composite
def damaged(draw: st.DrawFn, kind: str) -> bytes:
    """A sound file with some bytes changed, cut away, put in or repeated."""
    content = bytearray(whole(kind))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(content) - 1, 0)))
        match draw(st.sampled_from(("change", "cut", "end", "insert", "repeat", "number"))):
            case "change":
                content[at : at + 1] = draw(st.binary(min_size=1, max_size=8))
            case "cut":
                del content[at : at + draw(st.integers(1, 64))]
            case "end":
                del content[at:]
            case "insert":
                content[at:at] = draw(st.binary(max_size=16))
            case "repeat":
                content[at:at] = content[at : at + 32] * draw(st.integers(1, 8))
            case _:
                big = draw(st.sampled_from((0, 1, 127, 255, 65535, 2**31 - 1, 2**32 - 1, 2**63)))
                content[at : at + 8] = big.to_bytes(8, draw(st.sampled_from(("little", "big"))))
    return bytes(content)


@pytest.mark.parametrize("kind", READERS)
def test_a_sound_file_is_sound(kind, tmp_path):
    """Else damage would be tried on nothing. The model has no body and is refused for that."""
    name, read = READERS[kind]
    (tmp_path / name).write_bytes(whole(kind))
    if kind in ("pickle", "model"):
        with pytest.raises(InputError, match=r"hang from each other|weights"):
            read(tmp_path / name)
    elif kind == "csv":
        assert read_tracks(tmp_path / name).frames == 2
    else:
        read(tmp_path / name)


@pytest.mark.parametrize("kind", READERS)
def test_damage_is_one_clear_line(kind, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")

    @settings(max_examples=TRIES, derandomize="FUZZ" not in os.environ, deadline=None,
              database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(damaged(kind))
    def try_damage(content: bytes) -> None:
        reads(kind, content, folder)

    try_damage()


@pytest.mark.parametrize("kind", READERS)
def test_nonsense_is_one_clear_line(kind, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")

    @settings(max_examples=TRIES // 2, derandomize="FUZZ" not in os.environ, deadline=None,
              database=None, suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.one_of(st.binary(max_size=600), st.text(max_size=300).map(str.encode)))
    def try_nonsense(content: bytes) -> None:
        reads(kind, content, folder)

    try_nonsense()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["Head", "L_Hip"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner,
                                                                max_size=3),
    max_leaves=6,
)  # fmt: skip


def test_layouts_of_any_json_are_one_clear_line(tmp_path):
    point = st.fixed_dictionaries(
        {}, optional={"name": VALUES, "joint": VALUES, "offset": VALUES, "aliases": VALUES}
    )

    @settings(
        max_examples=2 * TRIES, derandomize="FUZZ" not in os.environ, deadline=None, database=None
    )
    @given(
        st.fixed_dictionaries({"keypoints": st.lists(point, max_size=2) | VALUES, "name": VALUES})
    )
    def try_layout(data: dict) -> None:
        reads("layout", json.dumps(data).encode(), tmp_path)

    try_layout()


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*")), ids=lambda p: p.name)
def test_files_that_once_broke_a_reader(path, tmp_path):
    reads(path.name.split("-")[0], path.read_bytes(), tmp_path)
