# SPDX-License-Identifier: GPL-3.0-or-later
"""A motion on a character: its source, which goes on which, computed, keyed and proved."""
