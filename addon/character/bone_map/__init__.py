# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bone is what: found, corrected by hand, shown as a list, kept for rigs alike."""
