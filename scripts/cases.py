# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the cases beside the project (../shared/cases) with this checkout's command.

`python scripts/cases.py [--quick] [--only REGEX]`: one line a case; the exit code is the checker's,
and 0 with a reason where the cases are absent. --quick leaves out the takes of more than 65,535
frames.
"""

import argparse
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
CASES: Final = ROOT.parent / "shared" / "cases"
NOT_LONG: Final = "^(?!long-)"


def main() -> int:
    """The checker's exit code."""
    parser = argparse.ArgumentParser(description="Run the cases beside the project.")
    parser.add_argument("--quick", action="store_true", help="without the long takes")
    parser.add_argument("--only", metavar="REGEX", help="cases whose id or kind matches")
    parser.add_argument("--cases", type=Path, default=CASES, help="their folder")
    args = parser.parse_args()
    checker = args.cases / "check.py"
    if not checker.is_file():
        print(f"skipped: {checker} is not there")
        return 0
    command = f"{shlex.quote(sys.executable)} -m lsmplify_core"
    only = args.only or (NOT_LONG if args.quick else "")
    call = [sys.executable, str(checker), "--command", command, "--only", only]
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.call(call, env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)})


if __name__ == "__main__":
    sys.exit(main())
