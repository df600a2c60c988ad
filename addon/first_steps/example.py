# SPDX-License-Identifier: GPL-3.0-or-later
"""The example take that the zip brings: eight seconds of 41 markers, made by formulas, CC0."""

from pathlib import Path
from typing import Final

EXAMPLE: Final = Path(__file__).resolve().parents[2] / "examples" / "markers_cmu41.trc"
