"""Django's PostgreSQL with a cheaper look at its connection."""
