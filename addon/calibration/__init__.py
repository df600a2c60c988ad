# SPDX-License-Identifier: GPL-3.0-or-later
"""The calibrated body: kept on the armature, shown with the markers where they were found on it."""
