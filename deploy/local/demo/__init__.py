"""``make up``: a demo programme that runs on this machine, told from others, and stopped in good order."""
