"""All services beside each other."""

from deploy.dashboards.rows import everything
from deploy.dashboards.spec import Row

BY = "job, region"


def overview() -> tuple[Row, ...]:
    """The rows of every service, its series told apart by service and region."""
    return everything(BY)
