# SPDX-License-Identifier: GPL-3.0-or-later
"""LSMPLify: marker and keypoint tracks to SMPL joint rotations. What Blender loads of the
extension."""


def register() -> None:
    """Called by Blender when the extension is switched on."""
    from .addon import registration

    registration.register()


def unregister() -> None:
    """Called by Blender when the extension is switched off."""
    from .addon import registration

    registration.unregister()
