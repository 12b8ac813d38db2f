"""What all four services are made of. Importing any of it has time zones read from the pinned package alone."""

import zoneinfo  # noqa: TID251 – here and for one function, which is how everybody gets a zone

# Python would take the machine's own files first, which differ from one machine to the next. Here, because no module of
# ours is imported before this one, in whatever process: services, commands, solvers, tests.
zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()
