"""What may stand behind the question mark of an address."""

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.params import ParamTypes
from fastapi.routing import APIRoute

MOST_TOLD = 5
"""Unknown names that one answer tells of."""


def must_be_known(request: Request) -> None:
    """Raises RequestValidationError for a name that the route does not know: ``dryrun`` is no trial run.

    Pages are let be: what leads to them may have been through other hands.
    """
    route = request.scope["route"]
    if request.query_params and isinstance(route, APIRoute) and route.include_in_schema:
        unknown = sorted(request.query_params.keys() - _known(route))
        if unknown:
            raise RequestValidationError([_fault(name) for name in unknown[:MOST_TOLD]])


def _known(route: APIRoute) -> frozenset[str]:
    fields = get_flat_params(route.dependant)
    return frozenset(each.alias for each in fields if getattr(each.field_info, "in_", None) is ParamTypes.query)


def _fault(name: str) -> dict[str, object]:
    return {"type": "extra_forbidden", "loc": ("query", name), "msg": "Extra inputs are not permitted", "input": None}
