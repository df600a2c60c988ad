# SPDX-License-Identifier: GPL-3.0-or-later
"""Every benchmark, or those named: `python benchmarks/run.py [speed] [markers] [accuracy] …`.

Tables are printed and, with their figures as JSON, written into build/bench.
"""

import sys

import accuracy
import cleanup
import conditions
import damage
import faults
import jobs
import layouts
import long_takes
import markers
import pairs
import peers
import plugin
import reading
import repair
import retarget
import speed
import structure
import unnamed
import verdict

TABLES = {
    "speed": speed.main,
    "jobs": jobs.main,
    "markers": markers.main,
    "accuracy": accuracy.main,
    "conditions": conditions.main,
    "cleanup": cleanup.main,
    "peers": peers.main,
    "pairs": pairs.main,
    "plugin": plugin.main,
    "long_takes": long_takes.main,
    "repair": repair.main,
    "reading": reading.main,
    "damage": damage.main,
    "faults": faults.every,
    "structure": structure.main,
    "unnamed": unnamed.main,
    "verdict": verdict.main,
    "layouts": layouts.main,
    "retarget": retarget.main,
}


def main() -> int:
    """Run them in turn."""
    unknown = [name for name in sys.argv[1:] if name not in TABLES]
    if unknown:
        print(f"error: no benchmark {unknown[0]!r}; there are {', '.join(TABLES)}", file=sys.stderr)
        return 2
    for name in sys.argv[1:] or TABLES:
        TABLES[name]()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
