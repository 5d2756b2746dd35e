"""`/api/v1/living/`: what gates ask."""

from lifang.living.api.gates import router

__all__ = ["router"]
