# SPDX-License-Identifier: GPL-3.0-or-later
"""The artist's clean-up: every step makes a new action from the one before and keeps its
settings."""
