# SPDX-License-Identifier: GPL-3.0-or-later
"""Speed and scale on this machine: whole jobs, their stages, curves, start-up, and the arithmetic
that bounds them.

Every job is what a user runs: a C3D to a motion's file by the command, in a process of its own.
"""
