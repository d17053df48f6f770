"""`python -m regplay` is `regplay`."""

import sys

from regplay.cli import main

sys.exit(main())
