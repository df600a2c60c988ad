# SPDX-License-Identifier: GPL-3.0-or-later
"""`blender --background --command lsmplify …` inside the bpy module: the extension is registered
and the words after its name go to its command. A crash of bpy's own at exit is left out."""

import importlib.util
import os
import sys
from pathlib import Path

import bpy

ROOT = Path(__file__).resolve().parents[2]


def main(words: list[str]) -> int:
    """The command's exit code; 64 where the words are no call of the command in the background."""
    if words[:3] != ["--background", "--command", "lsmplify"]:
        print(f"not a call of the command: {words}", file=sys.stderr)
        return 64
    bpy.ops.wm.read_factory_settings(use_empty=True)
    spec = importlib.util.spec_from_file_location(
        "lsmplify_extension", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["lsmplify_extension"] = module
    spec.loader.exec_module(module)
    module.register()
    from lsmplify_extension.addon import cli

    return cli.run(words[3:])


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
