# SPDX-License-Identifier: GPL-3.0-or-later
"""How operators say why they are grey."""

from typing import Any


def allowed(cls: Any, reason: str) -> bool:
    """Whether an operator can be called; where not, its button says why.

    Args:
        cls: the operator's class.
        reason: one sentence, empty where nothing is missing.
    """
    if reason:
        cls.poll_message_set(reason)
    return not reason
