"""Sessions in our own table: sealed content, a digest for the key, an end, a longest silence.

Django's `request.session`, so CSRF, messages, forms and wizards work as always. `accounts.middleware` reads row,
account and grants in one statement and hands the row over; the content is opened only when somebody asks for it.
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction

from lifang.core.accounts.models import Session
from lifang.core.crypto import Unsealable, open_, seal

IDLE: Final = "idle_seconds"  # in the content, set at sign-in
IDLE_SECONDS: Final = 3600
TOUCH: Final = timedelta(minutes=1)  # how exactly the last sign of life is kept


def key_digest(key: str) -> bytes:
    """What the database knows of a cookie's key; the key is random, so a plain digest is enough."""
    return hashlib.sha256(key.encode()).digest()


class SessionStore(SessionBase):
    """One row a browser. Middleware says what time it is and who asks, by `at`, `source` and `device`."""

    at: datetime | None = None
    source = ""
    device = ""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self._handed: bytes | None = None
        self.row: UUID | None = None

    @property
    def now(self) -> datetime:
        return self.at or datetime.now(UTC)  # noqa: TID251 -- outside a request the store is the edge

    def hand(self, row: UUID, content: bytes) -> None:
        """Take the row's content from the statement that found the actor."""
        self.row, self._handed = row, content

    @property
    def written(self) -> bytes | None:
        """The content as it was handed over, sealed: another one after every change."""
        return self._handed

    def absent(self) -> None:
        """Know without asking that the cookie leads nowhere."""
        self._session_key = None

    def load(self) -> dict[str, Any]:
        content = self._handed
        if content is None:
            found = Session.objects.filter(key=self._digest, ends_at__gt=self.now)
            row = found.values_list("id", "content").first()
            self.row, content = (row[0], bytes(row[1])) if row else (None, None)
        if content is None:
            self._session_key = None
            return {}
        try:
            read: dict[str, Any] = json.loads(open_(bytes(content), b"session:" + self._digest))
        except Unsealable:  # the keys were changed: nobody is signed in
            self._session_key = None
            return {}
        return read

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(key=key_digest(session_key)).exists()

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            return self.create()
        content = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        facts: dict[str, Any] = {
            "account_id": content.get(SESSION_KEY),
            "content": seal(json.dumps(content).encode(), b"session:" + self._digest),
            "ends_at": self.now + timedelta(seconds=self.get_expiry_age()),
            "idle_seconds": content.get(IDLE, IDLE_SECONDS),
            "seen_at": self.now,
        }
        if must_create:
            return self._insert(facts)
        # The end is fixed at sign-in: work does not push it on.
        if facts["account_id"]:
            del facts["ends_at"]
        if not Session.objects.filter(key=self._digest).update(**facts):
            raise UpdateError
        return None

    def _insert(self, facts: dict[str, Any]) -> None:
        made = Session(
            key=self._digest, started_at=self.now, source=self.source, device=self.device, **facts
        )
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError as taken:
            raise CreateError from taken
        self.row = made.pk

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            Session.objects.filter(key=key_digest(key)).delete()
        self._handed = None

    @classmethod
    def clear_expired(cls) -> None:
        now = datetime.now(UTC)  # noqa: TID251 -- Django's clearsessions is an edge
        Session.objects.filter(ends_at__lte=now).delete()

    @property
    def _digest(self) -> bytes:
        return key_digest(self.session_key or "")
