"""The same as the command ``telemachus``, without installing it."""

import sys

if __name__ == "__main__":
    try:
        from deploy.cli.app import main

        main()
    except KeyboardInterrupt:  # to import it takes a moment
        sys.exit(130)
