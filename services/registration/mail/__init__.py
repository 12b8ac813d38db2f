"""Letters on their way: written in the reader's language, handed to a mail server, and noted."""
