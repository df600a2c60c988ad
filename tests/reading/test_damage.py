# SPDX-License-Identifier: GPL-3.0-or-later
"""Damaged files end in one line of error or a take with no infinite point, never in anything
else."""

from pathlib import Path

import numpy as np
import pytest
from damage_files import DAMAGED, damaged

from lsmplify_core.reading import read_tracks
from lsmplify_core.runtime.errors import InputError


@pytest.mark.parametrize("name", DAMAGED)
def test_forty_damaged_files(name: str, tmp_path: Path) -> None:
    form = DAMAGED[name]
    whole = form.write()
    path = tmp_path / f"take{form.suffix}"
    for seed in range(40):
        path.write_bytes(damaged(whole, np.random.default_rng([seed, len(whole)])))
        told, tracks = "", None
        try:
            tracks = read_tracks(path)
        except InputError as error:
            told = str(error)
        if tracks is None:
            assert path.name in told, seed
            assert "\n" not in told, seed
        else:
            assert tracks.positions.shape[1:] == (len(tracks.names), 3), seed
            assert not np.isinf(tracks.positions).any(), seed
