# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of `bake`: those of `lsmplify solve` by the same names, and Blender's own."""

from pathlib import Path
from typing import Any

from ...lsmplify_core.retarget.rig.rig_motion import FINGER_MODES, ROOT_MODES
from ...lsmplify_core.workflows.research_methods import METHODS
from ..bake.object_root import OBJECT
from ..character.rig.character import CONTROLS
from .take import FORMATS


def add_parser(subparsers: Any) -> Any:
    """Add `bake`; returns its parser."""
    from ...lsmplify_core.cli import options

    bake = subparsers.add_parser("bake", help="tracks to a baked action, and files of it")
    source = bake.add_mutually_exclusive_group(required=True)
    source.add_argument("--file", type=Path, action="extend", nargs="+",
                        help="files with tracks, or folders of them; several go into the folder "
                             "OUT")  # fmt: skip
    source.add_argument("--collection", help="collection whose objects are the tracks")
    source.add_argument("--armature", help="armature whose bones are the tracks")
    bake.add_argument("--person", default="", help="whose tracks, where there are several people")
    bake.add_argument("--target", help="armature to bake on; a new one where not given")
    bake.add_argument("--map", default="auto", metavar="auto|NAME|FILE.json",
                      help="with a character as target: which bone is what")  # fmt: skip
    bake.add_argument("--controls", choices=CONTROLS, default="fk",
                      help="with a character as target: which controls get keys")  # fmt: skip
    bake.add_argument("--root", choices=(*ROOT_MODES, OBJECT), default="hips",
                      help="where the way over the ground goes: object for keys of the armature's "
                           "object; the others with a character as target")  # fmt: skip
    bake.add_argument("--fingers", choices=FINGER_MODES, default="transfer",
                      help="with a character as target: what the fingers do")  # fmt: skip
    bake.add_argument("--proportions", choices=("character", "performer"), default="character",
                      help="with a character as target: whose lengths the tracks are solved "
                           "on")  # fmt: skip
    bake.add_argument("--keys", choices=("scene", "samples"), default="scene")
    bake.add_argument("-o", "--out", type=Path, action="append", required=True,
                      help="file to write: .blend, .npz, .fbx, .glb, .usdc or .bvh; can be "
                           "repeated")  # fmt: skip
    bake.add_argument("--format", choices=FORMATS, action="append",
                      help="what is written of each of several takes: blend where not "
                           "given")  # fmt: skip
    bake.add_argument("--scene-fps", type=float, metavar="RATE",
                      help="frames per second of the scene; the take's where no .blend is "
                           "open")  # fmt: skip
    bake.add_argument("--keep-start", action="store_true",
                      help="with files: takes begin on the timeline when their files "
                           "say")  # fmt: skip
    bake.add_argument("--resume", action="store_true",
                      help="with several takes: leave those alone that were baked by the same "
                           "settings")  # fmt: skip
    bake.add_argument("--jobs", type=int, default=1, metavar="N",
                      help="with several takes: how many are baked at a time, each in a Blender "
                           "of its own")  # fmt: skip
    bake.add_argument(
        "--report", type=Path, help="JSON file for the report; a folder for several takes"
    )
    bake.add_argument("--strict", action="store_true",
                      help="exit code 3 where a result's verdict is not good")  # fmt: skip
    bake.add_argument("--method", choices=METHODS, default=METHODS[0],
                      help="the solver, or a research method of the build with "
                           "PyTorch")  # fmt: skip
    bake.add_argument("--weights", type=Path, help="of the paper's network: .npz or .pth.tar")
    options.add_solving(bake)
    options.add_people(bake)
    options.add_reading(bake)
    options.add_props(bake, blender=True)
    bake.set_defaults(separator="_")
    return bake
