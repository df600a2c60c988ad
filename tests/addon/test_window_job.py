# SPDX-License-Identifier: GPL-3.0-or-later
"""Drawing the progress leaves the window free for events, however long a drawing takes."""

from collections.abc import Generator
from types import SimpleNamespace

import pytest


class Clock:
    """Seconds that only pass when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def perf_counter(self) -> float:
        return self.now


class Region:
    def __init__(self, kind: str) -> None:
        self.type, self.drawn = kind, 0

    def tag_redraw(self) -> None:
        self.drawn += 1


@pytest.fixture
def window() -> SimpleNamespace:
    """A context with one viewport and its sidebar."""
    regions = [Region("WINDOW"), Region("UI")]
    area = SimpleNamespace(type="VIEW_3D", regions=regions)
    return SimpleNamespace(
        screen=SimpleNamespace(areas=[area]),
        workspace=SimpleNamespace(status_text_set=lambda line: None),
    )


@pytest.mark.parametrize(("seconds", "most"), [(0.001, 5), (0.3, 1)])
def test_slow_drawings_of_the_progress_are_seldom(
    extension, window, monkeypatch, seconds: float, most: int
) -> None:
    """One second of looks, 10 ms apart: five drawings of the sidebar, or one that takes 0.3 s."""
    from lsmplify_extension.addon.common import progress, window_job
    from lsmplify_extension.lsmplify_core.pipeline import Progress

    def steps() -> Generator[Progress]:
        for number in range(1000):
            yield Progress("solve", number / 1000)

    clock = Clock()
    monkeypatch.setattr(window_job.time, "perf_counter", clock.perf_counter)
    job = window_job.WindowJob()
    job._steps, job.threaded = steps(), True
    scene, sidebar = window.screen.areas[0].regions
    began, drawn = clock.now, 0
    while clock.now < began + 1.0:
        job.modal(window, SimpleNamespace(type="TIMER"))
        clock.now += 0.01 if sidebar.drawn == drawn else seconds
        drawn = sidebar.drawn
    progress.tell(None)
    assert 1 <= drawn <= most
    assert scene.drawn == 0
