"""``python -m services.sessions``."""

from services.sessions.app import service

if __name__ == "__main__":
    service.run()
