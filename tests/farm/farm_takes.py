# SPDX-License-Identifier: GPL-3.0-or-later
"""Small folders of takes."""

from pathlib import Path

import numpy as np
from takes import points_of, waving

from lsmplify_core.layouts.layout import load_layout


def write_takes(folder: Path, count: int, damaged: tuple[int, ...] = (), frames: int = 20) -> Path:
    """BODY_25 points in millimetres, a little different in every take."""
    folder.mkdir()
    names = np.array(load_layout("BODY_25").names)
    points = 1000.0 * points_of(waving(frames + count))
    for i in range(1, count + 1):
        file = folder / f"take_{i:02d}.npz"
        np.savez(file, points=points[i : i + frames], names=names, rate=30.0)
        if i in damaged:
            file.write_bytes(file.read_bytes()[:100])
    return folder
