"""What people see of registration."""

from services.registration.pages.board.routes import router

__all__ = ["router"]
