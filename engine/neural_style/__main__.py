"""`python -m neural_style` is the command line."""

import sys

from neural_style.cli import main

sys.exit(main())
