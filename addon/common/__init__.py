# SPDX-License-Identifier: GPL-3.0-or-later
"""What several features share: sentences, units, the running job, operators in the window."""
