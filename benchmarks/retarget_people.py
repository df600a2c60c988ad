# SPDX-License-Identifier: GPL-3.0-or-later
"""People who touch each other, on characters of other sizes: how far their hands are from where the
sources' touch, with and without being brought over together.

python benchmarks/retarget_people.py. Needs ../shared/motion and ../shared/rigs. The takes are real
people who stand and speak; one is set before the other and their hands are drawn to each other for
two seconds: a handshake, a hand on the other's shoulder.
"""

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lsmplify_core.motion.motion import Motion, load_motion
from lsmplify_core.retarget import RetargetOptions, find_map, performance_of
from lsmplify_core.retarget.contacts.people_touches import (
    Between,
    find_between,
    keep_between,
    touch_distances,
)
from lsmplify_core.retarget.steps import Posed, pose_steps
from lsmplify_core.runtime.progress import run_steps
from tests.retarget import pairs, rigs

MOTIONS = Path(__file__).resolve().parents[2] / "shared" / "motion" / "test" / "reactidle"
CLIPS = ("004_acted", "013_acted", "015_genuine")
FRAMES = 240
HELD = (90, 150)
RIGS = (
    ("makehuman_mixamo", 1.0), ("makehuman_mixamo", 0.6), ("makehuman_game_engine", 1.15),
    ("makehuman_default", 0.85),
)  # fmt: skip


def main() -> int:
    """A row a pair of characters and kind of touch."""
    if not (MOTIONS.is_dir() and rigs.FOLDER.is_dir()):
        print(f"retarget_people: {MOTIONS} or {rigs.FOLDER} is not here")
        return 0
    clips = [load_motion(MOTIONS / f"{c}.npz").between(0, FRAMES) for c in CLIPS]
    print(
        f"{'touch':16} {'characters':36} alone mm <20 | together mm <20 | "
        "in reach, <20 of these | kept | s"
    )
    for kind in ("handshake", "hand on shoulder"):
        for n, (one, other) in enumerate(zip(RIGS, RIGS[1:] + RIGS[:1], strict=True)):
            motions = touching(clips[n % 3], clips[(n + 1) % 3], kind)
            print(row(kind, motions, (one, other)))
    return 0


def touching(a: Motion, b: Motion, kind: str) -> tuple[Motion, Motion]:
    """Two people who touch each other for two seconds."""
    share = pairs.held(FRAMES, *HELD)
    if kind == "handshake":
        return pairs.shaking_hands(a, pairs.facing(a, b, 0.75), share)
    b = pairs.facing(a, b, 0.5)
    return pairs.hand_on_shoulder(a, b, share), b


def row(
    kind: str, motions: tuple[Motion, Motion], characters: tuple[tuple[str, float], ...]
) -> str:
    """Figures of one pair."""
    posed: list[Posed] = []
    for motion, (name, size) in zip(motions, characters, strict=True):
        rig = rigs.resized(rigs.shared(name), size)
        source = performance_of(motion)
        posed.append(run_steps(pose_steps(source, rig, find_map(rig), RetargetOptions())))
    touches = find_between(posed, [0, 0])
    alone = _off(posed, touches)[0]
    touched = [p.transfer.touched for p in posed]
    began = time.process_time()
    keep_between(posed, touches)
    seconds = time.process_time() - began
    after, able = _off(posed, touches)
    more = np.sum([p.transfer.touched for p in posed], axis=0) - np.sum(touched, axis=0)
    names = " + ".join(f"{name.removeprefix('makehuman_')} {size}" for name, size in characters)
    return (
        f"{kind:16} {names:36} {alone.mean():6.0f} {_near(alone):5.0f} % {after.mean():6.1f} "
        f"{_near(after):5.0f} % {100 * able.mean():6.0f} % {_near(after[able]):5.0f} %  "
        f"{more[1]} of {more[0]}  {seconds:.2f}"
    )


def _off(posed: list[Posed], touches: list[Between]) -> tuple[np.ndarray, np.ndarray]:
    """Millimetres of all touches and frames, and whether an arm is long enough for them."""
    apart = touch_distances(posed, touches)
    off, high = (np.concatenate(part) for part in zip(*apart, strict=True))
    return 1000 * off, high <= 0.0


def _near(off: np.ndarray) -> float:
    """Percent within 20 mm."""
    return 100.0 * float((off < 20.0).mean()) if len(off) else float("nan")


if __name__ == "__main__":
    sys.exit(main())
