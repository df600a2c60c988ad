# SPDX-License-Identifier: GPL-3.0-or-later
"""SMPLify, the iterative baseline: every frame an optimisation, begun at the frame before."""
