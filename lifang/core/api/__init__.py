"""The API kit: one NinjaAPI at `/api/v1/`, filled by the contexts' `router`s. See README.md."""
