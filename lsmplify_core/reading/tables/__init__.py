# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of points with or without a header, whoever wrote them."""
