# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes worked on side by side by processes: who gives them out, and who takes them."""
