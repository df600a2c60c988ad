# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m lsmplify_core` is the `lsmplify` command."""

import sys

from .cli.main import main

sys.exit(main())
