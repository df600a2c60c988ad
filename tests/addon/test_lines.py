# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes are read whole in a narrow sidebar."""

from types import SimpleNamespace

import pytest

NOTE = "5 short gaps were filled: LWRB frames 191 to 202; CLAV frames 41 to 46; and 1 more"


def context(width: int, scale: float = 1.0) -> SimpleNamespace:
    system = SimpleNamespace(ui_scale=scale)
    region = SimpleNamespace(width=width) if width else None
    return SimpleNamespace(preferences=SimpleNamespace(system=system), region=region)


@pytest.mark.parametrize(
    ("width", "scale"), [(220, 1.0), (290, 1.0), (580, 2.0), (900, 1.0), (0, 1.0)]
)
def test_nothing_is_lost_and_every_line_fits(extension, width: int, scale: float) -> None:
    from lsmplify_extension.addon.common import lines

    found = lines.wrapped(context(width, scale), NOTE)
    assert " ".join(found) == NOTE
    longest = max(len(line) for line in found)
    assert longest <= max(16, (width / scale - 60) / 6)


def test_a_wide_sidebar_needs_fewer_lines(extension) -> None:
    from lsmplify_extension.addon.common import lines

    assert len(lines.wrapped(context(900), NOTE)) < len(lines.wrapped(context(220), NOTE))
    assert lines.wrapped(context(290), "") == []
