# SPDX-License-Identifier: GPL-3.0-or-later
"""`lsmplify clean`: the artist's clean-up of a motion npz, without a window."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...cleanup.attached import Attached, attach
from ...cleanup.confidence import expected_errors, undecided
from ...cleanup.feet.contacts import save_contacts
from ...cleanup.feet.floor import find_floor
from ...cleanup.feet.lock import lock_feet
from ...cleanup.keys.key_file import keys_json
from ...cleanup.keys.plan import KeySettings, plan_keys
from ...cleanup.limits import smooth_unseen, spread_twist, within_limits
from ...cleanup.placing import placed
from ...cleanup.regions import joints_of
from ...cleanup.resolve.plugin import blended, refine_steps
from ...cleanup.resolve.pose_keys import PoseKey, pose_key
from ...cleanup.resolve.spans import resolve_steps
from ...cleanup.smoothing import SmoothSettings, changes, smooth_regions
from ...cleanup.worst_intervals import worst_intervals
from ...files.atomic import write_whole
from ...motion.motion import Motion, load_motion, save_motion
from ...reading import read_tracks
from ...runtime.console import say, shown
from ...runtime.errors import InputError
from ...runtime.progress import run_steps
from ...tracks.tracks import Tracks
from ...workflows.motion_file import one_of
from .. import options
from ..contacts import check_contacts, chosen_contacts


def add_parser(subparsers: Any) -> None:
    """Add the subcommand; its steps run in the order of the options."""
    p = subparsers.add_parser(
        "clean", help="clean up a motion npz: re-solve, feet, smoothing, keys"
    )
    p.add_argument("motion", type=Path, metavar="MOTION", help="npz of this or of AMASS, an "
                   "estimator's npz or pkl, or a BVH")  # fmt: skip
    p.add_argument(
        "--person", type=int, metavar="N", help="which of several people in MOTION, from 1"
    )
    p.add_argument("-o", "--out", type=Path, metavar="OUT.npz", help="the cleaned motion")
    p.add_argument("--tracks", type=Path, metavar="FILE", help="tracks of the same take, frame for "
                   "frame: for --refine, --resolve and --worst")  # fmt: skip
    p.add_argument("--layout", default="auto", help="auto, a shipped layout, or a JSON file")
    p.add_argument("--refine", type=_share, metavar="STRENGTH",
                   help="bring the motion to the tracks by so much, 0 to 1")  # fmt: skip
    p.add_argument("--resolve", metavar="FIRST:LAST", help="solve these frames anew")
    p.add_argument("--key", action="append", default=[], metavar="FRAME=POSE.npz[:FRAME]",
                   help="a pose for --resolve to start from, of this file's frame; "
                        "repeat")  # fmt: skip
    p.add_argument("--only", metavar="NAMES", help="joints or regions that --resolve may change, "
                                                   "as "
                   "'left arm,Head'")  # fmt: skip
    p.add_argument("--contacts", default="off", metavar="auto|off|FILE.json",
                   help="hold the feet where they stand")  # fmt: skip
    p.add_argument("--save-contacts", type=Path, metavar="FILE.json",
                   help="write contacts and floor, to be edited")  # fmt: skip
    p.add_argument("--smooth-region", action="append", default=[], metavar="REGION=SECONDS",
                   help="smooth a region, as arms=0.03; repeat")  # fmt: skip
    p.add_argument("--keep-impacts", type=_share, default=1.0, metavar="SHARE",
                   help="how much of the original --smooth-region keeps at impacts, 0 to "
                        "1")  # fmt: skip
    p.add_argument("--calm", type=_seconds, default=0.0, metavar="SECONDS", help="smooth rotations "
                   "that no track decides, as wrists and head; needs --tracks")  # fmt: skip
    p.add_argument("--limits", type=_share, metavar="STRENGTH", help="soft joint limits, 0 to 1")
    p.add_argument("--twist", type=_share, metavar="STRENGTH", help="spread arm twist, 0 to 1")
    p.add_argument("--on-floor", action="store_true", help="level the floor, bring it to z = 0")
    p.add_argument("--face-front", action="store_true",
                   help="turn the take until it looks towards -Y in its first second")  # fmt: skip
    p.add_argument("--centre", action="store_true", help="bring its start over the origin")
    p.add_argument("--in-place", action="store_true", help="take its way over the ground out")
    p.add_argument("--keys", metavar="N|MM,DEGREES",
                   help="a key on every n-th frame, or as few as this error allows")  # fmt: skip
    p.add_argument("--keys-out", type=Path, metavar="FILE.json", help="write the keys of --keys")
    p.add_argument("--worst", type=int, default=0, metavar="N", help="list the N worst spans")
    options.add_reading(p)
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check everything, run the steps, then write."""
    _check(args)
    motion, notes = one_of(args.motion, args.person)
    for note in notes:
        say(f"note: {note}")
    tracks = None
    if args.tracks is not None:
        tracks = read_tracks(args.tracks, fps=args.fps, unit=args.unit, up=args.up)
    points = None if tracks is None else attach(motion, tracks, args.layout)
    before = motion
    for name, step in _steps(args, tracks, points):
        after = step(motion)
        say(f"{name}: {changes(motion, after)}")
        motion = after
    if args.worst:
        _print_worst(motion, points, args.worst)
    if points is not None and motion is not before:
        motion = _with_errors(motion, points)
    motion = _placed(motion, args)
    if args.keys:
        _write_keys(motion, args)
    if args.out is not None:
        save_motion(motion, args.out)
        say(f"{shown(args.motion)} → {args.out}")
    return 0


Step = tuple[str, Callable[[Motion], Motion]]


def _steps(args: argparse.Namespace, tracks: Tracks | None, points: Attached | None) -> list[Step]:
    steps: list[Step] = []
    if args.refine is not None and tracks is not None:
        steps.append(("refine", lambda m: _refined(m, tracks, args)))
    if args.resolve is not None:
        steps.append(("resolve", lambda m: _resolved(m, points, args)))
    if args.contacts != "off" or args.save_contacts is not None:
        steps.append(("contacts", lambda m: _held(m, args)))
    if args.smooth_region:
        seconds = dict(_pair(text) for text in args.smooth_region)
        keep = SmoothSettings(keep=args.keep_impacts)
        steps.append(("smooth", lambda m: smooth_regions(m, seconds, keep)))
    if args.calm and points is not None:
        steps.append(("calm", lambda m: _calmed(m, points, args.calm)))
    if args.limits:
        steps.append(("limits", lambda m: within_limits(m, args.limits)))
    if args.twist:
        steps.append(("twist", lambda m: spread_twist(m, args.twist)))
    return steps


def _refined(motion: Motion, tracks: Tracks, args: argparse.Namespace) -> Motion:
    if args.refine == 0:
        return motion
    after = run_steps(refine_steps(motion, tracks, layout=args.layout)).motion
    return blended(motion, after, args.refine)


def _resolved(motion: Motion, points: Attached | None, args: argparse.Namespace) -> Motion:
    joints = None if args.only is None else joints_of(n.strip() for n in args.only.split(","))
    keys = dict(_key(text) for text in args.key)
    result = run_steps(resolve_steps(motion, points, _span(args.resolve), keys, joints))
    for note in result.notes:
        say(f"  note: {note}")
    return result.motion


def _calmed(motion: Motion, points: Attached, seconds: float) -> Motion:
    expected = expected_errors(motion, points)
    return smooth_unseen(motion, expected, seconds, undecided=undecided(motion, points))


def _held(motion: Motion, args: argparse.Namespace) -> Motion:
    contacts, floor = chosen_contacts(motion, args.contacts)
    if args.save_contacts is not None:
        save_contacts(contacts, floor or find_floor(motion), args.save_contacts)
        say(f"  {len(contacts)} contacts → {args.save_contacts}")
    return motion if args.contacts == "off" else lock_feet(motion, contacts, floor)


def _placed(motion: Motion, args: argparse.Namespace) -> Motion:
    """Placed last: until then the motion lies over its tracks."""
    done = placed(
        motion, on_floor=args.on_floor, face_front=args.face_front, centre=args.centre,
        in_place=args.in_place,
    )  # fmt: skip
    for sentence in done.notes:
        say(f"place: {sentence}")
    return done.motion


def _write_keys(motion: Motion, args: argparse.Namespace) -> None:
    plan = plan_keys(motion, _key_settings(args.keys))
    every = 99 * motion.frames
    say(f"keys: {plan.keys} of {every} ({100 * plan.keys / every:.1f} %)")
    if args.keys_out is not None:
        text = json.dumps(keys_json(motion, plan)) + "\n"
        write_whole(args.keys_out, lambda file: file.write(text.encode()))


def _with_errors(motion: Motion, points: Attached) -> Motion:
    from dataclasses import replace

    return replace(motion, track_names=points.names, track_error=points.errors(motion))


def _print_worst(motion: Motion, points: Attached | None, most: int) -> None:
    expected = None if points is None else expected_errors(motion, points)
    for s in worst_intervals(motion, points, expected, most):
        say(
            f"  {s.region}: frames {s.first} to {s.last}, {s.kind} {s.figure:.1f} {s.unit} "
            f"at frame {s.worst}"
        )


def _check(args: argparse.Namespace) -> None:
    """Refuse what cannot work before any file is read for long."""
    if args.out is not None and args.out.suffix.lower() != ".npz":
        raise InputError(
            f"{args.out}: the motion is written as .npz; give a name that ends in .npz"
        )
    if args.refine is not None and args.tracks is None:
        raise InputError("--refine needs --tracks FILE")
    if args.calm and args.tracks is None:
        raise InputError("--calm needs --tracks FILE, which shows what no track decides")
    if args.key and args.resolve is None:
        raise InputError("--key needs --resolve FIRST:LAST")
    if args.only is not None:
        joints_of(n.strip() for n in args.only.split(","))
    if args.keys_out is not None and not args.keys:
        raise InputError("--keys-out needs --keys N or --keys MM,DEGREES")
    if args.keys:
        _key_settings(args.keys)
    for text in args.smooth_region:
        _pair(text)
    check_contacts(args.contacts)


def _share(text: str) -> float:
    value = _number(text)
    if value is None or not 0 <= value <= 1:
        raise InputError(f"strength {text!r} is not a number from 0 to 1")
    return value


def _seconds(text: str) -> float:
    value = _number(text)
    if value is None or not 0 <= value <= 2:
        raise InputError(f"{text!r} is not a number of seconds from 0 to 2")
    return value


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _span(text: str) -> tuple[int, int]:
    first, _, last = text.partition(":")
    if not (first.isdecimal() and last.isdecimal()):
        raise InputError(f"--resolve {text!r} is not FIRST:LAST, two frames counted from 0")
    return int(first), int(last)


def _key(text: str) -> tuple[int, PoseKey]:
    """FRAME=POSE.npz[:FRAME]; a file of one frame needs no frame of its own, others have that of
    the key."""
    frame, _, rest = text.partition("=")
    name, _, own = rest.rpartition(":") if rest.rpartition(":")[2].isdecimal() else (rest, "", "")
    if not frame.isdecimal() or not name:
        raise InputError(f"--key {text!r} is not FRAME=POSE.npz or FRAME=POSE.npz:FRAME")
    poses = load_motion(Path(name))
    at = int(own) if own else (0 if poses.frames == 1 else int(frame))
    if at >= poses.frames:
        raise InputError(f"--key {text}: {name} has frames 0 to {poses.frames - 1}, not {at}")
    return int(frame), pose_key(poses, at)


def _pair(text: str) -> tuple[str, float]:
    name, _, seconds = text.partition("=")
    value = _number(seconds)
    if not name or value is None:
        raise InputError(f"--smooth-region {text!r} is not REGION=SECONDS, as arms=0.03")
    return name, value


def _key_settings(text: str) -> KeySettings:
    if text.isdecimal() and int(text) > 0:
        return KeySettings(every=int(text))
    mm, _, degrees = text.partition(",")
    errors = _number(mm), _number(degrees)
    if errors[0] is None or errors[1] is None or min(errors[0], errors[1]) <= 0:
        raise InputError(f"--keys {text!r} is neither a number of frames nor MM,DEGREES, as 2,0.5")
    return KeySettings(most_mm=errors[0], most_degrees=errors[1])
