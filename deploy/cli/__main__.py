"""The same as the command ``telemachus``, without installing it."""

from deploy.cli.app import main

if __name__ == "__main__":
    main()
