"""Roles and database: `lifang_owner` owns and migrates, `lifang_app` works and is bound by row-level security."""

import psycopg
from psycopg import Connection, sql

from lifang.boot.engines.postgres import APP, OWNER

# The application must never own a table or bypass row-level security: the wall would then not hold for it.
ROLES = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lifang_owner') THEN CREATE ROLE lifang_owner; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lifang_app') THEN CREATE ROLE lifang_app; END IF;
END $$;
ALTER ROLE lifang_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
ALTER ROLE lifang_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
"""
GRANTS = """
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO lifang_app;
ALTER DEFAULT PRIVILEGES FOR ROLE lifang_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO lifang_app;
ALTER DEFAULT PRIVILEGES FOR ROLE lifang_owner GRANT USAGE, SELECT ON SEQUENCES TO lifang_app;
ALTER DEFAULT PRIVILEGES FOR ROLE lifang_owner GRANT EXECUTE ON FUNCTIONS TO lifang_app;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS btree_gin;
-- Behind row-level security only leakproof operators may use an index; both of these say nothing about a row but yes or no.
-- Without them every search by words would read the whole table.
ALTER FUNCTION pg_catalog.arraycontains(anyarray, anyarray) LEAKPROOF;
ALTER FUNCTION pg_catalog.arrayoverlap(anyarray, anyarray) LEAKPROOF;
"""


def exists(connection: Connection, database: str) -> bool:
    """Whether the server has a database of this name."""
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
    return found.fetchone() is not None


def create_roles(superuser: str) -> None:
    """Make or mend both roles; safe to repeat."""
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(ROLES)


def create_database(superuser: str, database: str, *, template: str = "", tablespace: str = "") -> None:  # fmt: skip
    """A database of the owner's, empty or a clone of a template."""
    command = sql.SQL("CREATE DATABASE {} OWNER {}").format(
        sql.Identifier(database), sql.Identifier(OWNER)
    )
    if template:
        command += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
    if tablespace:
        command += sql.SQL(" TABLESPACE {}").format(sql.Identifier(tablespace))
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(command)


def drop_database(superuser: str, database: str) -> None:
    """Gone, with whoever is still connected."""
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
        )


def grant(superuser_in_database: str) -> None:
    """What the application may do in tables the owner will make; needs a superuser's URL into that very database."""
    with psycopg.connect(superuser_in_database, autocommit=True) as connection:
        connection.execute(GRANTS)


def provision(superuser: str, superuser_in_database: str, database: str) -> bool:
    """Roles, database and grants. True if the database is new."""
    create_roles(superuser)
    with psycopg.connect(superuser, autocommit=True) as connection:
        new = not exists(connection, database)
    if new:
        create_database(superuser, database)
        grant(superuser_in_database)
    return new


__all__ = [
    "APP",
    "OWNER",
    "create_database",
    "create_roles",
    "drop_database",
    "exists",
    "grant",
    "provision",
]
