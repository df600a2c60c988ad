# SPDX-License-Identifier: GPL-3.0-or-later
"""Motions solved again: from poses set by hand, or from elsewhere and brought to their tracks."""
