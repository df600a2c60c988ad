# SPDX-License-Identifier: GPL-3.0-or-later
"""All that touches Blender: scene in, scene out, what the artist sees. No maths here."""
