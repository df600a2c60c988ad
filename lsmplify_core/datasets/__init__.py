# SPDX-License-Identifier: GPL-3.0-or-later
"""Motion as data sets and estimators distribute it: AMASS, 3DPW, RICH, results of image-based
estimators. Pickles are read without running them."""

from .estimates import Estimate, read_estimates
from .find import Source, find_sources, read_source

__all__ = ["Estimate", "Source", "find_sources", "read_estimates", "read_source"]
