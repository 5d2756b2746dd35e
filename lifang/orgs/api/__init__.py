"""What programs may read and do: who stands in, who is on watch (`standing.py`); public layers (`layers.py`)."""

from lifang.orgs.api.standing import router

__all__ = ["router"]
