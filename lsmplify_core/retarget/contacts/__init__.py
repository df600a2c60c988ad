# SPDX-License-Identifier: GPL-3.0-or-later
"""What stays where it is: feet on the floor, hands on what they touch."""
