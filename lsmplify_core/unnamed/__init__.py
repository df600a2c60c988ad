# SPDX-License-Identifier: GPL-3.0-or-later
"""Markers without names: which joint each of them moves with, and where on it."""
