# SPDX-License-Identifier: GPL-3.0-or-later
"""What `--contacts auto|off|FILE.json` means, wherever it is an option."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..cleanup.attached import attached_of
from ..cleanup.feet.contacts import Contact, find_contacts, find_floor, load_contacts
from ..cleanup.feet.floor import Floor
from ..cleanup.feet.lock import lock_feet
from ..motion.motion import Motion
from ..pipeline import Solution, judged_again
from ..runtime.errors import InputError
from ..tracks.tracks import Tracks


def check_contacts(asked: str) -> None:
    """Raises InputError, before anything is solved, for a file that is no file of contacts."""
    if asked not in ("auto", "off"):
        load_contacts(Path(asked))


def chosen_contacts(motion: Motion, asked: str) -> tuple[list[Contact], Floor | None]:
    """Contacts and floor that the option asks for; none for "off". Raises InputError for a file
    that cannot be used."""
    if asked == "off":
        return [], None
    if asked == "auto":
        floor = find_floor(motion)
        return find_contacts(motion, floor), floor
    contacts, floor = load_contacts(Path(asked))
    late = next((c for c in contacts if c.last >= motion.frames), None)
    if late is not None:
        raise InputError(
            f"{asked}: {late.part} stands until frame {late.last} and the motion has "
            f"{motion.frames} frames"
        )
    return contacts, floor


def with_feet(solution: Solution, tracks: Tracks, asked: str) -> Solution:
    """A solution with its feet held, track errors and report measured anew; "off" changes
    nothing."""
    if asked == "off":
        return solution
    motion = lock_feet(solution.motion, *chosen_contacts(solution.motion, asked))
    error = attached_of(solution, tracks).errors(motion)
    motion = replace(motion, track_error=error)
    return judged_again(solution, motion, {**solution.report, **_measured(motion, error)})


def _measured(motion: Motion, error: Any) -> dict[str, Any]:
    """The figures of a report that a change of the motion changes."""
    from ..motion.report import joint_jitter

    mm = 1000.0 * error[np.isfinite(error)]
    return {
        "track_error_mm": {
            "mean": float(mm.mean()), "median": float(np.median(mm)),
            "p95": float(np.percentile(mm, 95)), "max": float(mm.max()),
        },
        "joint_jitter_km_s3": joint_jitter(motion.joints(), motion.rate),
    }  # fmt: skip
