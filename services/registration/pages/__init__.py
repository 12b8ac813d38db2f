"""What people see of registration."""

from fastapi import APIRouter

from services.registration.pages.board import routes as board

router = APIRouter()
for page in (board,):
    router.include_router(page.router)
