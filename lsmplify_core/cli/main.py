# SPDX-License-Identifier: GPL-3.0-or-later
"""The command's door: subcommands, exit codes, and one line for every error."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from .. import __version__
from ..runtime.errors import OUTSIDE, InputError, told

SUBCOMMANDS: Final = (
    "inspect", "solve", "bake", "clean", "evaluate", "train", "convert-checkpoint", "benchmark", "export",
)  # fmt: skip
"""Each is a module of this room, imported only when it is called."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; see {self.prog} --help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0 when done and 2 for bad usage or input."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        args = _parser(words).parse_args(words)
        return int(args.run(args))
    except OUTSIDE as error:
        print(f"error: {told(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(
            "error: stopped by the user; files not yet finished were not written", file=sys.stderr
        )
        return 130


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Only the called subcommand is imported; all of them for help."""
    parser = _Parser(prog="lsmplify", description="3D marker and keypoint tracks to SMPL motion")
    parser.add_argument("--version", action="version", version=__version__)
    subparsers = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=_Parser
    )
    called = [w for w in words if w in SUBCOMMANDS][:1]
    for name in called or SUBCOMMANDS:
        module = name.replace("-", "_")
        importlib.import_module(f".{module}", __package__).add_parser(subparsers)
    return parser
