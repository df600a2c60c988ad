# SPDX-License-Identifier: GPL-3.0-or-later
"""The motion that is shown as a file."""
