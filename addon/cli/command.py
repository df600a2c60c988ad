# SPDX-License-Identifier: GPL-3.0-or-later
"""The command itself: known to Blender, its words read, errors as one line and an exit code."""

import argparse
import ctypes
import re
import sys
from typing import Any, Final, NoReturn

import bpy

from ...lsmplify_core.runtime.console import say_lines
from ...lsmplify_core.runtime.errors import InputError
from ...lsmplify_core.runtime.guard import guarded, interrupt_raised
from ..character.cli import command as retarget
from . import bake_options
from .bake import bake, bake_one
from .side_by_side import WORKER, serve_bakes

_registered: list[object] = []


def register() -> None:
    """Make the command known."""
    _registered.append(bpy.utils.register_cli_command("lsmplify", run))


def unregister() -> None:
    """Take it back."""
    while _registered:
        bpy.utils.unregister_cli_command(_registered.pop())


_USAGE: Final = (
    "usage: blender --background [FILE.blend] --command lsmplify bake "
    "(--file FILE | --collection NAME | --armature NAME) -o OUT [options], or retarget --source "
    "ARMATURE|FILE --target ARMATURE -o OUT [options]; bake --help and retarget --help list them"
)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; {_USAGE}")

    def _print_message(self, message: str, file: Any = None) -> None:
        if message:
            say_lines(message.rstrip("\n"), error=file is sys.stderr)


def run(words: list[str]) -> int:
    """Run the command; returns the exit code, 2 after one line of error."""
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]

    def work() -> int:
        if words == [WORKER]:
            serve_bakes(_parsed, bake_one)
        args = _parsed(words)
        try:
            return args.call(args)
        except RuntimeError as error:  # operators raise what they report
            raise InputError(_said(error)) from error

    _flush_blenders_lines()
    with interrupt_raised():
        return guarded(work, debug)


def _flush_blenders_lines() -> None:
    """What Blender printed itself comes before our lines where these go to a pipe or a file, and
    not after the last of them."""
    name = "ucrtbase" if sys.platform == "win32" else None
    try:
        ctypes.CDLL(name).fflush(None)
    except (OSError, AttributeError):  # a library without it
        return


def _parsed(words: list[str]) -> argparse.Namespace:
    """The options that the words say, and the words. Raises InputError for bad usage."""
    parser, commands = _parsers()
    _check_options(commands.get(words[0] if words else "", commands["bake"]), words)
    args = parser.parse_args(words)
    args.words = words
    return args


def _check_options(bake: _Parser, words: list[str]) -> None:
    """Name an unknown option first; argparse would only speak of what is missing besides."""
    known = re.findall(r"--[a-z][a-z-]*", bake.format_help())
    for word in words:
        name = word.split("=")[0]
        if name.startswith("--") and not any(option.startswith(name) for option in known):
            bake.error(f"there is no option {name}")


def _said(error: RuntimeError) -> str:
    """One line of what an operator raised: its report, or how its traceback ends."""
    lines = [line for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    if "Traceback" in lines[0]:
        ends = [line for line in lines if re.match(r"[A-Za-z_.]*(Error|Exception)\b", line)]
        return ends[-1] if ends else lines[-1]
    return lines[0].removeprefix("Error: ")


def _parsers() -> tuple[_Parser, dict[str, _Parser]]:
    """The command's, and those of `bake` and `retarget` by name."""
    parser = _Parser(prog="blender --command lsmplify")
    subparsers = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    baking = bake_options.add_parser(subparsers)
    baking.set_defaults(call=bake)
    return parser, {"bake": baking, "retarget": retarget.add_parser(subparsers)}
