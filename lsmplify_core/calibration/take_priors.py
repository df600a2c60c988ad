# SPDX-License-Identifier: GPL-3.0-or-later
"""What a solve found of a take beside the person, kept with a calibration so that other takes of
the person, and parts of this one, are solved alike: as JSON and back."""

from dataclasses import asdict
from typing import Any, Final, cast

import numpy as np

from ..anatomy.convention import Convention
from ..anatomy.leg import KneeBounds
from ..files.values import array_of, number_of
from ..runtime.errors import InputError

_PARTS: Final = ("spine", "neck", "collars", "arms", "legs")
_KNEES: Final = ("sideways", "turn")
_MOST_RESIDUAL: Final = 1.0
"""Metres: tracks that stay further from a body are none of it."""

FlatFeet = tuple[float, float]
"""Radians: how the left and the right foot are pitched where they stand flat."""
ToeShares = tuple[tuple[float, float], tuple[float, float]]
"""Of the left and the right foot: how far its toes follow the rule, and what they deviate from it
by, radians."""


def priors_to_json(
    convention: Convention | None,
    residual: float | None,
    flat_feet: FlatFeet | None,
    toes: ToeShares | None,
) -> dict[str, Any]:
    """What is known of these as fields of a calibration's JSON.

    Args:
        convention: as much of the anatomical convention as the take's tracks support.
        residual: metres along an axis, how far the points stayed from the calibrated body.
        flat_feet: how the feet are pitched where they stand flat.
        toes: how far the toes of each foot follow the rule.

    Returns:
        A field for each that is not None.
    """
    fields: dict[str, Any] = {}
    if convention is not None:
        fields["convention"] = asdict(convention)
    if residual is not None:
        fields["residual"] = round(float(residual), 6)
    if flat_feet is not None:
        fields["flat_feet"] = [round(float(f), 5) for f in flat_feet]
    if toes is not None:
        fields["toes"] = np.round(toes, 5).tolist()
    return fields


def priors_from(
    fields: dict[str, Any], source: str
) -> tuple[Convention | None, float | None, FlatFeet | None, ToeShares | None]:
    """What `priors_to_json` wrote; None for each that the JSON does not say.

    Args:
        fields: the calibration's JSON.
        source: the file's name, for messages.

    Returns:
        The convention, the residual, the pitch of the flat feet and the toes' shares.

    Raises:
        InputError: for something that is none of these.
    """
    return (
        _convention(fields, source),
        _residual(fields, source),
        _flat_feet(fields, source),
        _toes(fields, source),
    )


def _convention(fields: dict[str, Any], source: str) -> Convention | None:
    data = fields.get("convention")
    if data is None:
        return None
    what = f"{source}: its convention"
    said = dict(cast("dict[str, Any]", data)) if isinstance(data, dict) else {}
    parts = {name: said.pop(name, None) for name in _PARTS}
    share, knees = number_of(said.pop("forearm", 0.5), what, 0.0, 1.0), said.pop("knees", None)
    bounds = cast("dict[str, Any]", knees) if isinstance(knees, dict) else {}
    if said or any(not isinstance(part, bool) for part in parts.values()):
        raise InputError(
            f"{what} needs true or false for {', '.join(_PARTS)} and nothing else; save the "
            "calibration again"
        )
    spine, neck, collars, arms, legs = (bool(part) for part in parts.values())
    turns = (number_of(bounds.get(name), f"{what}: knees", 0.0, np.pi) for name in _KNEES)
    held = None if knees is None else KneeBounds(*turns, rest=bounds.get("rest") is True)
    return Convention(share, spine, neck, collars, arms, legs, held)


def _residual(fields: dict[str, Any], source: str) -> float | None:
    if fields.get("residual") is None:
        return None
    return number_of(fields["residual"], f"{source}: its residual in metres", 0.0, _MOST_RESIDUAL)


def _flat_feet(fields: dict[str, Any], source: str) -> FlatFeet | None:
    if fields.get("flat_feet") is None:
        return None
    what = f"{source}: the pitch of its flat feet in radians"
    left, right = array_of(fields["flat_feet"], (2,), what, np.pi).tolist()
    return left, right


def _toes(fields: dict[str, Any], source: str) -> ToeShares | None:
    if fields.get("toes") is None:
        return None
    what = f"{source}: the share and the deviation of its toes, two numbers for each foot"
    left, right = array_of(fields["toes"], (2, 2), what, np.pi).tolist()
    return (left[0], left[1]), (right[0], right[1])
