"""`/api/v1/cases/`: what a program may read of cases and do to them."""

from lifang.cases.api import acts, editions, entry, reading  # noqa: F401 -- they put their operations on the router
from lifang.cases.api.router import router

__all__ = ["router"]
