"""No canary may hear us: every spelling of an inside address is refused before a connection is made."""

import pytest

from lifang.core.notify import outbound
from lifang.core.notify.catalogue import Host
from lifang.core.notify.outbound import Forbidden, allowed, is_public, pin
from lifang.core.notify.terms import Undeliverable


@pytest.fixture
def hosts(monkeypatch):
    def allow(*entries: Host) -> None:
        monkeypatch.setattr(outbound, "HOSTS", {entry.key: entry for entry in entries})

    allow(Host(key="*"))
    return allow


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1",
        "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "2002:7f00:1::", "64:ff9b::7f00:1", "2001:db8::1",
    ],
)  # fmt: skip
def test_addresses_inside_are_not_public(hosts, address):
    assert not is_public(address)
    with pytest.raises(Forbidden):
        pin("https://hook.example.org/x", lambda host, port: [address])
    with pytest.raises(Forbidden):
        pin("https://hook.example.org/x", lambda host, port: ["93.184.216.34", address])


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/",
        "https://0177.0.0.1/", "https://[::1]/", "https://[::ffff:7f00:1]/", "https://localhost/",
    ],
)  # fmt: skip
def test_spellings_of_home_lead_nowhere(hosts, url):
    with pytest.raises(Undeliverable):
        pin(url)


def test_the_connection_goes_to_the_address_that_was_judged(hosts):
    asked = []

    def changing(host, port):
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    target = pin("https://hook.example.org:8443/x", changing)
    assert (target.host, target.port, target.address) == ("hook.example.org", 8443, "93.184.216.34")
    assert asked == ["hook.example.org"]


@pytest.mark.parametrize(
    ("url", "yes"),
    [
        ("https://a.gov.cn/x", True),
        ("https://b.a.gov.cn/x", False),
        ("https://x.city.cn/", True),
        ("https://y.x.city.cn/", True),
        ("https://city.cn/", False),
        ("https://evilcity.cn/", False),
        ("https://a.gov.cn.evil.cn/", False),
        ("https://a.gov.cn@evil.cn/", False),
        ("https://user:word@a.gov.cn/", False),
        ("http://a.gov.cn/", False),
        ("http://gateway/", True),
        ("ftp://a.gov.cn/", False),
        ("file:///etc/passwd", False),
        ("https:///x", False),
        ("", False),
    ],
)
def test_only_listed_hosts_are_called(hosts, url, yes):
    hosts(Host(key="a.gov.cn"), Host(key="*.city.cn"), Host(key="gateway", plain=True))
    assert (allowed(url) is not None) is yes


def test_nothing_is_allowed_unless_a_site_says_so(hosts):
    hosts()
    with pytest.raises(Forbidden):
        pin("https://example.org/", lambda host, port: ["93.184.216.34"])


def test_a_private_host_is_called_only_when_it_is_marked_so(hosts):
    hosts(Host(key="gateway.internal", private=True))
    assert pin("https://gateway.internal/", lambda h, p: ["10.0.0.9"]).address == "10.0.0.9"
