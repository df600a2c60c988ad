# SPDX-License-Identifier: GPL-3.0-or-later
"""See what is wrong: tracks drawn over the body, errors over time, the worst spans."""
