# SPDX-License-Identifier: GPL-3.0-or-later
"""The helpers of the other tests (model files) for these too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))
