"""Run registration alone: ``python -m services.registration``."""

from services.registration.app import service

if __name__ == "__main__":
    service.run()
