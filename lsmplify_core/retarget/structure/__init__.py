# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bone is what by a rig's structure alone."""
