# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that several commands share, here and in Blender."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..body.body import Body
from ..body.smpl_file import SmplFile
from ..calibration.calibration_file import SavedCalibration, load_calibration, save_calibration
from ..ik.backend import DEVICES, NUMPY, check_device
from ..ik.fit_problem import CONVENTIONS, SolveSettings
from ..motion.body_file import read_body
from ..motion.motion import Motion
from ..pipeline import Solution, calibration_of
from ..props.prop import Prop
from ..props.take import PosedPerson, solve_props
from ..reading import read_tracks
from ..reading.start import read_start
from ..reading.systems.rigid_bodies import RigidBody, read_rigid_bodies
from ..repair import Repair
from ..repair.repair_file import load_repairs, save_repairs
from ..runtime.console import say
from ..runtime.errors import InputError
from ..tracks.people import Person
from ..tracks.tracks import Tracks
from ..tracks.units_and_axes import find_world
from ..unnamed.assigning import matched
from ..workflows.motion_file import one_of
from ..workflows.person_file import calibrated_on


def add_reading(parser: argparse.ArgumentParser) -> None:
    """How a file of tracks is read."""
    parser.add_argument("--fps", type=float, help="frames per second, where the file is wrong")
    parser.add_argument("--up", help="axis that points up: x, y, z, -y, …, or its direction as "
                        "three numbers (--up=0.1,0.9,-0.3); found where not given")  # fmt: skip
    parser.add_argument("--mirror", metavar="x|y|z|off", help="axis along which the file's world "
                                                              "is "
                        "a mirror image, or off; found where not given")  # fmt: skip
    parser.add_argument("--image-size", metavar="WIDTHxHEIGHT", help="of the picture, for "
                                                                     "landmarks "
                        "that are shares of it")  # fmt: skip
    parser.add_argument("--unit", help="m, cm, mm, ft or in; found where not given")


def add_solving(parser: argparse.ArgumentParser) -> None:
    """What is solved, and how."""
    parser.add_argument(
        "--layout",
        default="auto",
        help="auto, none (names mean nothing), a shipped layout, or a JSON file",
    )
    parser.add_argument(
        "--body", default="default",
        help="default: calibrated on the take; FILE.pkl or .npz: an SMPL, SMPL-H or SMPL-X model, "
        "whose betas are found; or a motion solved before, whose body is kept",
    )  # fmt: skip
    parser.add_argument("--init", type=Path,
                        help="AMASS npz, or BVH, of the same take to start from")  # fmt: skip
    parser.add_argument("--start", type=int, help="first frame, counted from 0")
    parser.add_argument("--end", type=int, help="last frame, counted from 0")
    parser.add_argument("--refine", type=int, default=SolveSettings.refine, metavar="N",
                        help="Gauss–Newton steps to the tracks after the network")  # fmt: skip
    parser.add_argument("--smooth", default="auto", metavar="SECONDS",
                        help="width of the smoothing filter, 0 for none, auto by the "
                             "noise")  # fmt: skip
    parser.add_argument("--convention", choices=CONVENTIONS, default=CONVENTIONS[0],
                        help="anatomical: elbows and knees as hinges, forearms turned evenly; "
                             "keep: "
                        "as --init has them, or as the network learned them")  # fmt: skip
    parser.add_argument("--contacts", default="off", metavar="auto|off|FILE.json",
                        help="hold the feet where they stand: found, not at all, or as a file "
                             "says")  # fmt: skip
    add_device(parser)


def add_device(parser: argparse.ArgumentParser) -> None:
    """Where network and refinement are computed."""
    parser.add_argument("--device", choices=DEVICES, default=NUMPY,
                        help="where network and refinement are computed: numpy, or by PyTorch on "
                        "this device; auto: a GPU where there is one (default: numpy)")  # fmt: skip


def add_people(parser: argparse.ArgumentParser) -> None:
    """What is mended in the tracks, and what is known of the person beforehand."""
    parser.add_argument("--repair", default="auto", metavar="auto|off|FILE.json",
                        help="mend mistakes in the tracks: all that are found, none, or those of a "
                        "list that --save-repairs wrote")  # fmt: skip
    parser.add_argument("--save-repairs", type=Path, metavar="FILE.json",
                        help="write the list of what was mended")  # fmt: skip
    parser.add_argument("--static", type=Path, metavar="FILE",
                        help="a static trial of the same person and markers to calibrate "
                             "on")  # fmt: skip
    parser.add_argument("--calibration", type=Path, metavar="FILE.json",
                        help="body and marker places of another take of the same "
                             "person")  # fmt: skip
    parser.add_argument("--save-calibration", type=Path, metavar="FILE.json",
                        help="write body and marker places for other takes")  # fmt: skip


def add_props(parser: argparse.ArgumentParser, blender: bool = False) -> None:
    """Where the props go. blender: whether the option without a file makes empties alone."""
    parser.add_argument(
        "--props", type=Path, nargs="?" if blender else None, const=Path() if blender else None,
        metavar="FILE",
        help="write location and rotation of each prop (tracks that move as one rigid body and "
        "belong to no limb; rigid bodies of Motive and Qualisys) to .npz or .json, a folder with "
        "several takes" + ("; they become empties, without FILE these alone" if blender else ""),
    )  # fmt: skip


def repairs(args: argparse.Namespace) -> tuple[Repair, ...] | None:
    """None for all that is found, none where it is off, or those of a file."""
    if args.repair in ("auto", "off"):
        return None if args.repair == "auto" else ()
    return load_repairs(Path(args.repair))


def save_found(args: argparse.Namespace, solution: Solution) -> None:
    """Write what was asked for of the person and of the repairs."""
    if args.save_calibration is not None:
        save_calibration(calibration_of(solution), args.save_calibration)
    if args.save_repairs is not None:
        save_repairs(solution.repairs, args.save_repairs)


def calibration(args: argparse.Namespace) -> SavedCalibration | None:
    """What is known of the person: from a file, or from a static trial."""
    if args.calibration is not None and args.static is not None:
        raise InputError("--static and --calibration both say who the person is; give one of them")
    if args.calibration is not None:
        return load_calibration(args.calibration)
    if args.static is None:
        return None
    return calibrated_on(
        args.static, args.layout, args.person or "", body(args), args.fps, args.unit, args.up
    )


def read(path: Path, args: argparse.Namespace) -> Tracks:
    """The tracks of a file, within the frames asked for."""
    tracks = read_tracks(
        path, fps=args.fps, unit=args.unit, up=args.up, mirror=args.mirror, image=args.image_size
    )
    return tracks.between(args.start, args.end)


def props(
    path: Path, tracks: Tracks, posed: Sequence[PosedPerson], args: argparse.Namespace
) -> tuple[Prop, ...]:
    """The props of a take.

    Args:
        path: of the take, whose rigid bodies are read too.
        tracks: the take's, within the frames asked for.
        posed: the people in it.
        args: how it was read.
    """
    bodies = rigid_bodies(path, tracks.frames, args)
    return solve_props(tracks, posed, find_world(posed[0].tracks, posed[0].match), bodies)


def posed(people: Sequence[Person], args: argparse.Namespace) -> list[PosedPerson]:
    """Everybody of a take, whoever of them is solved: nobody's limbs are props. InputError where
    nobody's tracks are a body's."""
    found: list[PosedPerson] = []
    problem: InputError | None = None
    for person in people:
        try:
            found.append(PosedPerson(*matched(person.tracks, args.layout, args.known)))
        except InputError as error:
            problem = problem or error
    if problem is not None and not found:
        raise problem
    return found


def rigid_bodies(path: Path, frames: int, args: argparse.Namespace) -> tuple[RigidBody, ...]:
    """What the capture system solved itself, within the frames asked for, so many of them."""
    first = args.start or 0
    part = slice(first, first + frames)
    return tuple(
        replace(b, location=b.location[part], rotation=b.rotation[part])
        for b in read_rigid_bodies(path)
    )


def settings(args: argparse.Namespace) -> SolveSettings:
    """Settings of the solver. InputError for numbers out of range."""
    if not 0 <= args.refine <= 50:
        raise InputError(f"--refine {args.refine} is not a number of steps from 0 to 50")
    check_device(args.device)
    return replace(
        SolveSettings(),
        refine=args.refine,
        smooth=_smooth(args.smooth),
        convention=args.convention,
        device=args.device,
    )


def _smooth(text: str) -> float | None:
    if text == "auto":
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 2:
        raise InputError(f"--smooth {text} is neither auto nor a number of seconds from 0 to 2")
    return seconds


def body(args: argparse.Namespace) -> Body | SmplFile | None:
    """None for the default body, which is calibrated on the take; a model file, whose betas
    are; or the body of a motion solved before, which is kept."""
    if args.body == "default":
        return None
    return read_body(Path(args.body))


def init(args: argparse.Namespace, tracks: Tracks) -> Motion | None:
    """The motion to start from, at the tracks' rate."""
    if args.init is None:
        return None
    motion = _start(args.init)
    if abs(motion.rate - tracks.rate) > 0.01 * tracks.rate:
        motion = motion.at_rate(tracks.rate)
    first = args.start or 0
    if first + tracks.frames > motion.frames:
        raise InputError(
            f"{args.init}: has {motion.frames} frames at the tracks' rate and "
            f"{first + tracks.frames} are needed"
        )
    return motion.between(first, first + tracks.frames)


def _start(path: Path) -> Motion:
    """A BVH's angles are turns from a rest pose of its own: it is read as its joints show, or
    refused; how is told."""
    if path.suffix.lower() != ".bvh":
        return read_start(path)
    motion, notes = one_of(path)
    for note in notes:
        say(f"warning: --init {path}: {note}", error=True)
    return motion
