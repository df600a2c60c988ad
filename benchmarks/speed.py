# SPDX-License-Identifier: GPL-3.0-or-later
"""Speed and scale on this machine: what `lsmplify benchmark` measures, with its pictures.

`python benchmarks/speed.py [PART …] [--docs]`; with `--docs` the page's pictures are drawn too, in
docs/images. Takes are made of the clips of motion/test where they are.
"""

import sys
from dataclasses import replace

from common import OUT, ROOT, SHARED, publish

from lsmplify_core.evaluation.scale.plots import draw
from lsmplify_core.evaluation.scale.suites import PARTS, Sizes, measure
from lsmplify_core.evaluation.scale.tables import as_text

DATA = SHARED / "motion/test"


def main() -> None:
    """A table and a picture a part."""
    parts = [word for word in sys.argv[1:] if word in PARTS] or PARTS
    sizes = replace(Sizes(), data=DATA if DATA.is_dir() else None)
    found = measure(sizes, parts, lambda line: print(f"… {line}", flush=True))
    publish("speed", as_text(found), found)
    draw(found, OUT)
    if "--docs" in sys.argv:
        draw(found, ROOT / "docs/images")


if __name__ == "__main__":
    main()
