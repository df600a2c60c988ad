# SPDX-License-Identifier: GPL-3.0-or-later
"""Subcommands of `lsmplify`, a module each with `add_parser` and what it runs."""
