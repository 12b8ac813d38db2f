"""The command line of those who run Telemachus: ``telemachus --help``."""
