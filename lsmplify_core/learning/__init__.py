# SPDX-License-Identifier: GPL-3.0-or-later
"""Learning, in PyTorch: the network, its lessons and its training."""
