# SPDX-License-Identifier: GPL-3.0-or-later
"""A fitted take brought into the anatomical convention, as far as its tracks support it."""
