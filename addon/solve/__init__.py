# SPDX-License-Identifier: GPL-3.0-or-later
"""One solve: from the settings of the scene to keys."""
