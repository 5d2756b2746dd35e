from collections.abc import Iterator
from threading import Thread

import pytest

from lifang.core.notify import carrying, catalogue, compose, outbound, sending
from lifang.core.notify.catalogue import Host
from lifang.core.notify.tests.make import TEMPLATES, Carrier
from lifang.core.notify.tests.receiving import Receiver


@pytest.fixture(autouse=True)
def known_templates(monkeypatch):
    known = {**catalogue.templates(), **TEMPLATES}
    for module in (sending, carrying, compose):
        monkeypatch.setattr(module, "templates", lambda: known)


@pytest.fixture
def carrier(monkeypatch):
    made = Carrier()
    monkeypatch.setattr(carrying, "adapter", lambda channel: made)
    return made


@pytest.fixture
def receiver(monkeypatch) -> Iterator[Receiver]:
    monkeypatch.setattr(
        outbound, "HOSTS", {"127.0.0.1": Host(key="127.0.0.1", private=True, plain=True)}
    )
    server = Receiver()
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
