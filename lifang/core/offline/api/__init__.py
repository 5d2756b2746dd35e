"""`/api/v1/offline/`: what a telephone takes along, and what it brings back."""

from lifang.core.offline.api import photos, reading, records  # noqa: F401 -- they put their operations on the router
from lifang.core.offline.api.router import router

__all__ = ["router"]
