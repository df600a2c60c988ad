# SPDX-License-Identifier: GPL-3.0-or-later
"""Calibration of a person: proportions or betas, and where the points sit on the joints.

In: a take's points. Out: `Calibration`, kept in a calibration file for other takes.
"""
