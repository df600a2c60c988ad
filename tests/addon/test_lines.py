# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes are read whole in a narrow sidebar, in every language."""

from types import SimpleNamespace

import bpy  # noqa: F401  (blf is there once bpy is)

import blf  # isort: skip
import pytest

NOTES = (
    "5 short gaps were filled: LWRB frames 191 to 202; CLAV frames 41 to 46; and 1 more",
    "モーションのあるアーマチュアをアクティブにしてください。トラックは、41 本です",
    "트랙 41개 중 3개를 사용하지 않았습니다: 프롭, 손, 얼굴",
    "坐标轴是猜测的，身体可能侧躺；请在“轨迹”中选择朝上的轴",
    "a_take_of_somebody_with_a_very_long_name_0123456789 LSMPLify.001",
)


def context(width: int, scale: float = 1.0) -> SimpleNamespace:
    system = SimpleNamespace(ui_scale=scale)
    region = SimpleNamespace(width=width) if width else None
    return SimpleNamespace(preferences=SimpleNamespace(system=system), region=region)


@pytest.mark.parametrize("note", NOTES)
@pytest.mark.parametrize(
    ("width", "scale"), [(220, 1.0), (250, 1.25), (290, 1.0), (580, 2.0), (900, 1.0), (0, 1.0)]
)
def test_nothing_is_lost_and_every_line_fits(extension, width: int, scale: float, note) -> None:
    from lsmplify_extension.addon.common import lines

    found = lines.wrapped(context(width, scale), note)
    assert "".join(found).replace(" ", "") == note.replace(" ", "")
    blf.size(0, 11 * scale)
    widest = max(blf.dimensions(0, line)[0] for line in found)
    assert widest <= max((width or 292) - 90 * scale, 90 * scale)
    assert not any(line.startswith(("。", "、", "，", "；")) for line in found)


def test_a_wide_sidebar_needs_fewer_lines(extension) -> None:
    from lsmplify_extension.addon.common import lines

    for note in NOTES:
        assert len(lines.wrapped(context(900), note)) < len(lines.wrapped(context(220), note))
    assert lines.wrapped(context(290), "") == []


def test_frames_of_a_list_fit_their_line(extension) -> None:
    from lsmplify_extension.addon.common.lines import span

    assert span(12, 12, 5) == "12"
    assert span(101, 120, 7) == "101–120"
    assert span(101, 120, 5) == "101"
    assert span(12345, 12399, 9) == "12345"
