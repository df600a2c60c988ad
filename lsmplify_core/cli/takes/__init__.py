# SPDX-License-Identifier: GPL-3.0-or-later
"""The takes of one run: in turn, side by side or on several machines, and what came of each."""
