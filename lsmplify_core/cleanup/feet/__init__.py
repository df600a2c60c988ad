# SPDX-License-Identifier: GPL-3.0-or-later
"""Feet that stand: the floor, contacts and their marks on a timeline, legs brought to them."""
