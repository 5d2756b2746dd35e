"""`/api/v1/affairs/`: what a program may read of matters, halls and applications, and a department's opinion."""

from lifang.affairs.api import applications, guides  # noqa: F401 -- they put their operations on the router
from lifang.affairs.api.router import router

__all__ = ["router"]
