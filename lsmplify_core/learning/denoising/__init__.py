# SPDX-License-Identifier: GPL-3.0-or-later
"""The network that corrects solved poses of noisy takes: its takes, its lessons, its training."""
