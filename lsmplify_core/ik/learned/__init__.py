# SPDX-License-Identifier: GPL-3.0-or-later
"""The network that predicts poses, and what it sees."""
