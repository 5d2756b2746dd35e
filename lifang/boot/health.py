"""What is answered when something is broken, and `/healthz` for supervisors and load balancers."""

import sys

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from lifang.core.api import faults
from lifang.core.web import errors


def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers and reaches its database; says nothing else."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database away\n", status=503, content_type="text/plain")
    return HttpResponse("well\n", content_type="text/plain")


def broken(request: HttpRequest) -> HttpResponse:
    """To a machine in our shape, to people as a page; 503 and when to come again while the database is away."""
    raised = sys.exc_info()[1]
    if request.path.startswith("/api/"):
        return faults.broken(request, raised)
    response = errors.broken(request)
    if faults.is_away(raised):
        response.status_code = 503
        response["Retry-After"] = str(faults.RETRY_SECONDS)
    return response
