# SPDX-License-Identifier: GPL-3.0-or-later
"""A pose corrected by hand, and the frames around it solved again from there."""
