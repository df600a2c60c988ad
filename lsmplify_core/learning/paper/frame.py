# SPDX-License-Identifier: GPL-3.0-or-later
"""The human-centric frame that the paper's network sees keypoints in (§3.2).

Origin at the start's mid-hip; y from the right hip to the left one, z along the trunk and square to
y, x = z × y. That frame is left-handed as published; the released weights ask for it.
"""

import torch
from torch import Tensor
from torch.nn.functional import normalize

NECK, R_HIP, L_HIP, MID_HIP = 1, 9, 12, 8


def human_frame(start: Tensor) -> tuple[Tensor, Tensor]:
    """The start's frame: origin (N, 1, 3) and axes (N, 3, 3), a column each.

    start: (N, 25, 3) BODY_25 keypoints in any frame, metres.
    """
    origin = start[:, MID_HIP : MID_HIP + 1]
    y = normalize(start[:, L_HIP] - start[:, R_HIP], dim=-1)
    trunk = normalize(start[:, NECK] - start[:, MID_HIP], dim=-1)
    z = normalize(trunk - torch.sum(trunk * y, dim=-1, keepdim=True) * y, dim=-1)
    x = normalize(torch.linalg.cross(z, y), dim=-1)
    return origin, torch.stack((x, y, z), dim=-1)


def in_human_frame(start: Tensor, target: Tensor) -> Tensor:
    """(N, 2, 25, 3): both moments in the start's frame, so that the motion between them stays."""
    origin, axes = human_frame(start)
    return torch.stack(((start - origin) @ axes, (target - origin) @ axes), dim=1)
