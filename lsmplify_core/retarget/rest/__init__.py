# SPDX-License-Identifier: GPL-3.0-or-later
"""How a character stands at rest, beside SMPL's T-pose."""
