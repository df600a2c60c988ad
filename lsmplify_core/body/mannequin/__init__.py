# SPDX-License-Identifier: GPL-3.0-or-later
"""A person's mesh made by code around any body, so that artists see someone move."""

from .mesh import Mannequin, mannequin, welded_mannequin
from .skinning import skin

__all__ = ["Mannequin", "mannequin", "skin", "welded_mannequin"]
