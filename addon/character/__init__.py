# SPDX-License-Identifier: GPL-3.0-or-later
"""The motion on a character of one's own."""
