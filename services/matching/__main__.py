"""``python -m services.matching``: the matching service on its own."""

from services.matching.app import service

if __name__ == "__main__":
    service.run()
