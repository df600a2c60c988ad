# SPDX-License-Identifier: GPL-3.0-or-later
"""A person's calibration kept in a file: body, and each track's place on it, by the track's
name."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from ..anatomy.convention import Convention
from ..body.body import Body, default_body
from ..files.atomic import write_whole
from ..files.json_files import read_json
from ..files.values import array_of, list_of, text_of
from ..geometry.skeleton import JOINT_INDEX, JOINT_NAMES, N_JOINTS
from ..layouts.layout import Keypoint, Layout
from ..layouts.matching import Match, match_as_named, match_layout, plain
from ..runtime.array_types import Floats
from ..runtime.errors import InputError
from .take_priors import FlatFeet, ToeShares, priors_from, priors_to_json

_FORM: Final = "lsmplify calibration"
_MOST: Final = 5.0
"""Metres: no joint of a body is further from another."""
_MOST_POINTS: Final = 10_000
"""Points of a calibration; marker sets have a hundred."""


@dataclass(frozen=True)
class SavedCalibration:
    """body: the person. points: each track's name, joint and offset (3,) in metres in that joint's
    frame on that body. layout: the name of the layout it came from. convention: as much of the
    anatomical convention as the take's tracks support. residual: metres along an axis, how far the
    points stayed from the body. flat_feet: how the feet are pitched where they stand flat. toes:
    how far the toes of each foot follow the rule. None for what is not known."""

    body: Body
    points: tuple[Keypoint, ...]
    layout: str
    convention: Convention | None = None
    residual: float | None = None
    flat_feet: FlatFeet | None = None
    toes: ToeShares | None = None

    def as_layout(self) -> Layout:
        """The points as a layout, whose offsets are on the default body, as a layout's are."""
        size = self.body.height / default_body().height
        scaled = (
            Keypoint(p.name, p.joint, (p.offset[0] / size, p.offset[1] / size, p.offset[2] / size))
            for p in self.points
        )
        return Layout(self.layout, tuple(scaled))

    def match(self, names: tuple[str, ...]) -> Match:
        """Which track is which point: by its very name where the takes share most of them ("Empty",
        "Empty.001" say nothing else), else as names are compared; it may be none."""
        layout = self.as_layout()
        own = match_as_named(names, layout, "as calibrated")
        if own.score > 0.5:
            return own
        return match_layout(names, layout, strict=False)

    def offsets_for(
        self, names: tuple[str, ...], joints: NDArray[np.intp]
    ) -> tuple[Floats, NDArray[np.bool_]]:
        """(K, 3) metres and (K,) whether the calibration knows the track, by its name or else by
        its name whatever the prefix, and has it on the same joint."""
        by_name = {plain(p.name): p for p in self.points} | {p.name: p for p in self.points}
        offsets, known = np.zeros((len(names), 3)), np.zeros(len(names), dtype=bool)
        for k, (name, joint) in enumerate(zip(names, joints.tolist(), strict=True)):
            point = by_name.get(name, by_name.get(plain(name)))
            if point is not None and point.joint == joint:
                offsets[k], known[k] = point.offset, True
        return offsets, known


def save_calibration(calibration: SavedCalibration, path: Path) -> None:
    """Write the JSON; an interrupted run leaves the old file or none."""
    data: dict[str, Any] = {
        "form": _FORM,
        "layout": calibration.layout,
        "body": calibration.body.name,
        "rest_joints": np.round(calibration.body.rest_joints, 5).tolist(),
        "points": [
            {
                "name": p.name,
                "joint": JOINT_NAMES[p.joint],
                "offset": np.round(p.offset, 5).tolist(),
            }
            for p in calibration.points
        ],
        **priors_to_json(
            calibration.convention, calibration.residual, calibration.flat_feet, calibration.toes
        ),
    }
    text = json.dumps(data, indent=1) + "\n"
    write_whole(path, lambda file: file.write(text.encode()))


def load_calibration(path: Path) -> SavedCalibration:
    """Read it back; InputError says what is wrong with the file."""
    data = read_json(path, "a calibration")
    fields = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    if fields.get("form") != _FORM or not isinstance(fields.get("points"), list):
        raise InputError(f"{path}: not a calibration; solve with --save-calibration writes one")
    rest = array_of(
        fields.get("rest_joints"), (N_JOINTS, 3), f"{path}: its rest joints in metres", _MOST
    )
    if np.linalg.norm(np.diff(rest[[0, 4, 7]], axis=0), axis=1).min() < 0.05:
        raise InputError(f"{path}: its rest joints are not a body")
    listed = list_of(fields["points"], f"{path}: its list of points", least=1, most=_MOST_POINTS)
    points = tuple(_point(p, i, path) for i, p in enumerate(listed))
    body = Body(rest, text_of(fields.get("body", "default"), f"{path}: the name of its body"))
    layout = text_of(fields.get("layout", path.stem), f"{path}: the name of its layout")
    return SavedCalibration(body, points, layout, *priors_from(fields, str(path)))


def _point(data: Any, index: int, path: Path) -> Keypoint:
    fields = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    name, joint = fields.get("name"), fields.get("joint")
    if not isinstance(name, str) or not isinstance(joint, str) or joint not in JOINT_INDEX:
        raise InputError(f"{path}: point {index} needs a name and one of SMPL's joints")
    name = text_of(name, f"{path}: the name of point {index}")
    x, y, z = array_of(
        fields.get("offset"), (3,), f"{path}: the offset of {name!r} in metres", _MOST
    ).tolist()
    return Keypoint(name, JOINT_INDEX[joint], (x, y, z))
