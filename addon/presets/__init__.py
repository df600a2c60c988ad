# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of the clean-up steps as files."""
