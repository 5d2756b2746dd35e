"""Which promise of the database was broken."""

from django.db import IntegrityError


def broken(error: IntegrityError) -> str:
    """The name of the constraint."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return str(getattr(diagnosis, "constraint_name", "") or "")
