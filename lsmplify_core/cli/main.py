# SPDX-License-Identifier: GPL-3.0-or-later
"""The command's entry point: subcommands, exit codes, and one line for every error."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from .. import __version__
from ..runtime.console import say_lines
from ..runtime.errors import InputError
from ..runtime.guard import guarded
from ..runtime.memory import prepare

SUBCOMMANDS: Final = (
    "inspect", "solve", "bake", "summary", "clean", "evaluate", "train", "convert-checkpoint",
    "benchmark", "export",
)  # fmt: skip
"""Each is a module of `cli/commands/`, imported only when it is called."""


class Parser(argparse.ArgumentParser):
    """argparse with our errors, and help that any console can show."""

    def error(self, message: str) -> NoReturn:
        """Bad usage is bad input: one line."""
        raise InputError(f"{message}; see {self.prog} --help")

    def _print_message(self, message: str, file: Any = None) -> None:
        if message:
            say_lines(message.rstrip("\n"), error=file is sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: its words; None for the program's own.

    Returns:
        0 when done; 2 for bad usage or input, with one line on standard error; 3 where `--strict`
        asks for better; 130 and 143 where it was stopped.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]

    def work() -> int:
        if words[:1] == ["--version"]:  # which no subcommand is imported for
            say_lines(__version__)
            return 0
        prepare()
        from .paths import check_paths  # which loads NumPy

        args = parsed(words)
        args.debug = debug
        check_paths(args)
        return int(args.run(args))

    return guarded(work, debug)


def parsed(words: Sequence[str]) -> argparse.Namespace:
    """The options that the words say, and the words themselves. Raises InputError for bad usage."""
    args = _parser(words).parse_args(list(words))
    args.words = list(words)
    return args


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Only the called subcommand is imported; all of them for help."""
    parser = Parser(prog="lsmplify", description="3D marker and keypoint tracks to SMPL motion")
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--debug", action="store_true",
                        help="print the traceback of a fault, and what libraries warn "
                             "of")  # fmt: skip
    subparsers = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=Parser
    )
    called = [w for w in words if w in SUBCOMMANDS][:1]
    for name in called or SUBCOMMANDS:
        module = name.replace("-", "_")
        importlib.import_module(f".commands.{module}", __package__).add_parser(subparsers)
    return parser
