# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading and writing files safely: npz, the project's own JSON, atomic replacement.

In: a path. Out: checked arrays and values; files that are whole or not there.
"""
