# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that solves takes for another (`--jobs`)."""

import argparse
from typing import Any

from ...batch.serving import Work, serve
from ..commands.solve import prepare
from ..main import parsed
from .outcome import to_message
from .side_by_side import decoded
from .take import tried


def serve_solves() -> None:
    """What a worker does: solve takes until there are no more."""
    serve(_prepared)


def _prepared(message: dict[str, Any]) -> Work:
    args = parsed(message["words"])
    prepare(args)
    return lambda fields: _solved(fields, args)


def _solved(fields: dict[str, Any], args: argparse.Namespace) -> dict[str, Any]:
    return to_message(tried(decoded(fields), args))
