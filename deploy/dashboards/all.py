"""All dashboards: the overview, one a service, and the programme office's."""

from pathlib import Path

from deploy.dashboards.matching import rounds
from deploy.dashboards.office import JOBS, office
from deploy.dashboards.others import others
from deploy.dashboards.overview import overview
from deploy.dashboards.page import page
from deploy.dashboards.registration import erasures, letters
from deploy.dashboards.rows import everything
from deploy.dashboards.spec import Row
from deploy.services import SERVICES

FOLDER = Path(__file__).parents[1] / "chart" / "files" / "dashboards"
OWN = {"registration": (erasures, letters), "matching": (rounds,)}


def dashboards() -> dict[str, str]:
    """Name of the file, without its end → JSON."""
    about = "Whether people can work and events flow, in all services and regions."
    pages = {"overview": page("overview", "overview", about, overview())}
    for service in SERVICES:
        name = service.name
        about = f"How {name} does: what people ask of it, what it hears, what it says, and what it stands on."
        pages[name] = page(name, name, about, _rows(name), job=name)
    about = "People, pairs, sessions and how they feel, in numbers. Nobody is named here."
    pages["office"] = page("office", "programme office", about, office(), job=JOBS, days=30)
    return pages


def files() -> dict[Path, str]:
    """What is made here: path → text."""
    return {FOLDER / f"{name}.json": text for name, text in dashboards().items()}


def _rows(name: str) -> tuple[Row, ...]:
    glance, *common = everything("region")
    own = tuple(row("region") for row in OWN.get(name, ()))
    return (glance, *own, *others(name, "region", (glance, *own, *common)), *common)
