# SPDX-License-Identifier: GPL-3.0-or-later
"""Meta's momentum, run in an environment of its own."""
