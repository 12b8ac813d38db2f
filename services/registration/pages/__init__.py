"""What people see of registration."""

from services.registration.pages.routes import router

__all__ = ["router"]
