# SPDX-License-Identifier: GPL-3.0-or-later
"""Speed and scale on this machine: what `lsmplify benchmark` measures."""

from common import publish

from lsmplify_core.evaluation.speed import measure
from lsmplify_core.evaluation.tables import speed_table


def main() -> None:
    """One line a layout, rate and length."""
    figures = measure()
    publish("speed", speed_table(figures), figures)


if __name__ == "__main__":
    main()
