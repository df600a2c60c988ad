# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures that need no truth, of ours beside the others and the source data on the same frames.

`python benchmarks/anatomy.py [FRAMES] [EVERY]`: clips as in peers.py. The paper's network is in it
where LSMPLIFY_PAPER_WEIGHTS names its weights, momentum where `make momentum` was run.
"""

import sys

from common import absent, publish
from momentum import take as momentum
from peers import DATA, METHODS, take_of

from lsmplify_core.anatomy.figures import summary
from lsmplify_core.datasets import find_sources
from lsmplify_core.evaluation.methods import find_method
from lsmplify_core.evaluation.scores import Score, score
from lsmplify_core.evaluation.tables import anatomy_lines
from lsmplify_core.evaluation.takes import Take, between
from lsmplify_core.layouts.layout import load_layout
from lsmplify_core.runtime.errors import InputError

EVERY = 15
FRAMES = 20


def main() -> None:
    """One line a method, and the source data."""
    if not DATA.is_dir():
        absent("anatomy", DATA)
        return
    layout = load_layout("BODY_25")
    told = [int(word) for word in sys.argv[1:] if word.isdigit()]
    frames, every = (*told, *(FRAMES, EVERY)[len(told) :])
    whole = [take_of(source, layout) for source in find_sources(DATA)[::every]]
    takes = [between(take, 0, min(frames, take.truth.frames)) for take in whole]
    found = {name: scores_of(name, takes) for name in METHODS}
    if momentum.available():
        answers = momentum.solve_all(takes)
        found["momentum"] = [score(t, a) for t, a in zip(takes, answers, strict=True)]
    rows = [
        (name, summary([s.anatomy for s in scores])) for name, scores in found.items() if scores
    ]
    rows.append(("source data", summary([s.anatomy_truth for s in found["default"]])))
    publish("anatomy", anatomy_lines(rows), [{"method": name, **figures} for name, figures in rows])


def scores_of(name: str, takes: list[Take]) -> list[Score]:
    """A method's scores; none, with a word, where it cannot run here."""
    try:
        method = find_method(name)
        return [score(take, method(take)) for take in takes]
    except InputError as error:
        print(f"{name}: {error}")
        return []


if __name__ == "__main__":
    main()
