# SPDX-License-Identifier: GPL-3.0-or-later
"""What a body can do: the convention for its rotations, ranges, and figures that need no truth.

`convention.py` is where to begin; docs/convention.md says the same in words.
"""
