# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bone is what: by names, by structure, from a file."""
