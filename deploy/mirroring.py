"""What MirrorMaker may copy from one region into another: the streams the code lets cross, and nothing beside them."""

import re

from shared.language.streams import CROSSING

TOPICS_PATTERN = "|".join(re.escape(stream.value) for stream in CROSSING)
"""Java's regular expression, which has to fit a topic's whole name: dead letters do not."""
GROUPS_PATTERN = "^$"
"""No consumer group: each region's services have their own progress."""
