# SPDX-License-Identifier: GPL-3.0-or-later
"""The one kind of error that a user is meant to read."""


class InputError(Exception):
    """Something from outside is unusable: a file, a track, a setting.

    The message is one line that says what is wrong, where (file, track, frame) and what to do.
    Front ends show it as it is: `error: …` on the command line, a report in Blender.
    """
