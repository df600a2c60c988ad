# SPDX-License-Identifier: GPL-3.0-or-later
"""Several people in one source: told apart, chosen, solved one after another, an armature each."""
