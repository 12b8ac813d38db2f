"""Whatever the machine has for time zones, every program of ours goes by the package that is pinned."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import tzdata

ROOT = Path(__file__).parents[2]
ELSEWHERE = Path(tzdata.__file__).parent / "zoneinfo" / "Asia" / "Tokyo"
PROGRAMS = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for floor in ("shared", "services", "deploy", "tests/support")
    for path in (ROOT / floor).rglob("*.py")
    if 'if __name__ == "__main__":' in path.read_text()
)
ASKED = """
import importlib, sys
importlib.import_module(sys.argv[1])
import zoneinfo
from datetime import datetime
from babel.dates import get_timezone
from shared.language.values.zones import zone_of
summer = datetime(2026, 7, 1)
for zone in (zone_of("Europe/Paris"), zone_of("America/New_York"), get_timezone("Europe/Paris")):
    print(summer.replace(tzinfo=zone).isoformat())
print(zoneinfo.TZPATH, len(zoneinfo.available_timezones()))
"""


@pytest.fixture(scope="module")
def false_zones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine whose files say that it is as late in Paris and New York as in Tokyo, and know no other zone."""
    root = tmp_path_factory.mktemp("zoneinfo")
    for name in ("Europe/Paris", "America/New_York"):
        file = root / name
        file.parent.mkdir()
        file.write_bytes(ELSEWHERE.read_bytes())
    return root


@pytest.mark.parametrize("program", [*PROGRAMS, "deploy.cli.app", "tests.conftest"])
def test_the_machines_own_zones_are_not_used(program: str, false_zones: Path) -> None:
    environment = {**os.environ, "PYTHONTZPATH": str(false_zones), "PYTHONPATH": str(ROOT), "TZ": "Asia/Tokyo"}
    asked = subprocess.run(
        [sys.executable, "-c", ASKED, program], env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    *moments, rest = asked.stdout.splitlines()[-4:]
    assert moments == ["2026-07-01T00:00:00+02:00", "2026-07-01T00:00:00-04:00", "2026-07-01T00:00:00+02:00"]
    assert rest.startswith("() ")


def test_the_files_would_have_been_used(false_zones: Path) -> None:
    """Or the test above would show nothing."""
    said = "import datetime, zoneinfo; print(datetime.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Paris')))"
    environment = {"PATH": os.environ["PATH"], "PYTHONTZPATH": str(false_zones)}
    asked = subprocess.run([sys.executable, "-c", said], env=environment, capture_output=True, text=True, check=True)
    assert asked.stdout.strip().endswith("+09:00")
