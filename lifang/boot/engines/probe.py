"""What a PostgreSQL must be before the platform trusts it with the truth; embedded and outside alike."""

from collections.abc import Iterator

import psycopg
from psycopg import Connection

from lifang.boot.engines.unfit import Unfit

OLDEST_MAJOR = 18
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
TRGM = "SELECT cardinality(show_trgm('周村区'))"


def check(url: str) -> str:
    """Refuse a server that is too old, could lose a commit or cannot search Chinese. Returns its version."""
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as fault:
        raise Unfit(
            "pg_away",
            zh=f"无法连接数据库：{fault}。请启动 PostgreSQL，或改正 LIFANG_DATABASE_URL。",
            en=f"The database does not answer: {fault}. Start PostgreSQL or correct LIFANG_DATABASE_URL.",
        ) from fault
    with connection:
        for fault_found in faults(connection):
            raise fault_found
        return _show(connection, "server_version")


def faults(connection: Connection) -> Iterator[Unfit]:
    """Everything wrong with the server, worst first."""
    yield from _too_old(connection)
    yield from _not_durable(connection)
    yield from _no_checksums(connection)
    yield from _no_chinese(connection)
    yield from _role_too_strong(connection)


def _show(connection: Connection, setting: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
    return str(row[0]) if row else ""


def _too_old(connection: Connection) -> Iterator[Unfit]:
    version = connection.info.server_version // 10000
    if version < OLDEST_MAJOR:
        yield Unfit(
            "pg_too_old",
            zh=f"PostgreSQL {version} 过旧。请升级到 {OLDEST_MAJOR} 或更新版本（pg_upgrade，或备份后恢复）。",
            en=f"PostgreSQL {version} is too old. Upgrade to {OLDEST_MAJOR} or newer (pg_upgrade, or dump and restore).",
        )


def _not_durable(connection: Connection) -> Iterator[Unfit]:
    for setting in DURABLE:
        if _show(connection, setting) == "off":
            yield Unfit(
                "pg_not_durable",
                zh=f"PostgreSQL 的 {setting} 为 off，断电会丢失已确认的数据。请执行 ALTER SYSTEM SET {setting} = on; 然后重新加载配置。",
                en=f"{setting} is off: a power cut would lose what was acknowledged. "
                f"Run ALTER SYSTEM SET {setting} = on; and reload the server.",
            )


def _no_checksums(connection: Connection) -> Iterator[Unfit]:
    if _show(connection, "data_checksums") != "on":
        yield Unfit(
            "pg_no_checksums",
            zh="数据库没有数据校验和，损坏会无声无息。请停库后执行 pg_checksums --enable -D <数据目录>。",
            en="The database has no data checksums: damage would go unseen. "
            "Stop the server and run pg_checksums --enable -D <data folder>.",
        )


def _no_chinese(connection: Connection) -> Iterator[Unfit]:
    try:
        row = connection.execute(TRGM).fetchone()
    except psycopg.errors.UndefinedFunction:
        yield Unfit(
            "pg_no_trigrams",
            zh="数据库缺少扩展 pg_trgm。请以超级用户执行 deploy/postgres.sql。",
            en="The database lacks the extension pg_trgm. Run deploy/postgres.sql as a superuser.",
        )
        return
    if not row or not row[0]:
        yield Unfit(
            "pg_no_chinese",
            zh="该数据库的区域设置无法检索中文（show_trgm('周村区') 为空）。请以 --locale=C.UTF-8 重新建库后恢复数据。",
            en="The locale of this database cannot search Chinese (show_trgm('周村区') is empty). "
            "Create the database anew with LC_CTYPE C.UTF-8 and restore into it.",
        )


def _role_too_strong(connection: Connection) -> Iterator[Unfit]:
    """Row-level security does not bind a superuser: with such a role the second wall would be painted on."""
    row = connection.execute(
        "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if row and row[0]:
        yield Unfit(
            "pg_role_too_strong",
            zh="应用所用的数据库角色是超级用户或可绕过行级安全。请改用 lifang_app（见 deploy/postgres.sql）。",
            en="The role of the application is a superuser or bypasses row-level security. "
            "Use lifang_app (see deploy/postgres.sql).",
        )
