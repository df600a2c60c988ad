# SPDX-License-Identifier: GPL-3.0-or-later
"""Motions from elsewhere come in as armatures with actions."""
