"""What the demonstration's personas are written to: a mail server on this machine, and pages that show it."""
