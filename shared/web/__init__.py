"""What people see: one frame, one style and one mechanism for languages, for the pages of every service."""
