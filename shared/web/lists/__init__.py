"""Lists over HTTP: a page at a time, or all of it line by line (decision 0035)."""
