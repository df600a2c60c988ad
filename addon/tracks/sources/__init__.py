# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a scene can be tracks: objects, bones, vertices. Each kind says what is known of its
points from their curves and how Blender's answer is read; `sampling` makes samples of both."""
