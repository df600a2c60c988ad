# SPDX-License-Identifier: GPL-3.0-or-later
"""A fit computed by torch on a device: the backend that `ik.backend` looks up by name."""

from .backend import TorchBackend, torch_backend

__all__ = ["TorchBackend", "torch_backend"]
