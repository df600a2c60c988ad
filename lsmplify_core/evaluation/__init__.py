# SPDX-License-Identifier: GPL-3.0-or-later
"""How good a solve is: metrics, protocols and tables. NumPy only."""
