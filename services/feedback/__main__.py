"""Run feedback alone: ``python -m services.feedback``."""

from services.feedback.app import service

if __name__ == "__main__":
    service.run()
