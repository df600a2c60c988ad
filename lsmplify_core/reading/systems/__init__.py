# SPDX-License-Identifier: GPL-3.0-or-later
"""Text files of capture systems and OpenSim, one module a format."""
