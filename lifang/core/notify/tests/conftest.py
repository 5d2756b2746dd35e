import pytest

from lifang.core.notify import carrying, catalogue, compose, sending
from lifang.core.notify.tests.make import TEMPLATES, Carrier


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
