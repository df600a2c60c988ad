# SPDX-License-Identifier: GPL-3.0-or-later
"""Controls of a rig beside its bones: IK targets, poles, followers."""
