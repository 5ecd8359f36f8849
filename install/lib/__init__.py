"""What the scripts of install/ share. Standard library only: it runs before anything is installed."""

import sys

# Said here, in words that any Python 3 can read, because every script imports this first.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(
        "This Python is too old: %s is %d.%d (run the script with Python 3.11 or newer, such as python3.11)"  # noqa: UP031
        % (sys.executable, sys.version_info[0], sys.version_info[1])
    )
