"""Writes every dashboard into the chart: ``python -m deploy.dashboards``."""

from pathlib import Path

from deploy.dashboards.all import dashboards

FOLDER = Path(__file__).parents[1] / "chart" / "files" / "dashboards"


def main() -> None:
    """Replace the files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in dashboards().items():
        (FOLDER / f"{name}.json").write_text(text)


if __name__ == "__main__":
    main()
