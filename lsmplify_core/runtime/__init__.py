# SPDX-License-Identifier: GPL-3.0-or-later
"""What every package leans on: threads, progress of long work, array types, the user's error.

In: nothing. Out: nothing; it knows no other package.
"""
