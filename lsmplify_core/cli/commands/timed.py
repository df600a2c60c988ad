# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that runs one command several times and tells what each run took, for `benchmark`.

`python -m lsmplify_core.cli.commands.timed TASK`, TASK being JSON: `warm` and `words`, the words of
the command before and of the one that is measured; `repeats`; `reports`, the files that it writes.
The last line of standard output is JSON.
"""

import contextlib
import io
import json
import sys
import time
from pathlib import Path
from typing import Any

from ...files.json_files import parse_json, read_json
from ..main import main


def run(task: dict[str, Any]) -> int:
    """Run the commands; the exit code of the first that fails."""
    code = _quiet(task["warm"])
    runs: list[dict[str, Any]] = []
    for _ in range(task["repeats"]):
        if code:
            return code
        clock, processor = time.perf_counter(), time.process_time()
        code = _quiet(task["words"])
        spent = {
            "seconds": time.perf_counter() - clock,
            "processor": time.process_time() - processor,
        }
        if not code:
            runs.append({**spent, **_reported([Path(p) for p in task["reports"]])})
    print(json.dumps({"runs": runs, "peak_mb": peak_mb()}))
    return code


def _quiet(words: list[str]) -> int:
    with contextlib.redirect_stdout(io.StringIO()):
        return main(words)


def _reported(reports: list[Path]) -> dict[str, Any]:
    """Seconds by stage, summed over the people, and their mean track error."""
    told = [read_json(report, "a report") for report in reports]
    stages: dict[str, float] = {}
    for report in told:
        for stage, seconds in report["seconds"].items():
            # everybody's report has the reading of the one file
            if stage != "read" or report is told[0]:
                stages[stage] = stages.get(stage, 0.0) + seconds
    error = sum(report["track_error_mm"]["mean"] for report in told) / len(told)
    return {"stages": stages, "track_error_mm": error}


def peak_mb() -> float | None:
    """The most memory that this process has held, in MB; None where the system does not tell."""
    if sys.platform == "win32":
        return None
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    raise SystemExit(run(parse_json(sys.argv[1], "the first argument", "a job")))
