from __future__ import annotations

import socket
from typing import Any

import pytest

from leeboard.errors import NotifyError
from leeboard.notify._http import Way, exchange
from leeboard.notify.guard import judged_addresses, place_of
from tests.notify.receiver import Receiver

INSIDE = (
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.0.1.:80/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://a.localhost/",
    "http://printer.local/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:ffff:10.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::10.0.0.1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a00:1::]/",
    "http://[::127.0.0.1]/",
    "http://[fc00::1]/",
    "http://[fd12:3456::1]/",
    "http://[fec0::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[5f00::1]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[2001:470::5efe:7f00:1]/",
    "http://[2001:470::200:5efe:10.0.0.1]/",
    "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "http://[64:ff9b:1::127.0.0.1]/",
    "http://0177.0x0.0.1/",
    "http://4294967295/",
    "http://127%2e0%2e0%2e1/",
    "http://127.0.0.1?@example.com/",
    "http://127.0.0.1#@example.com/",
    "http://[::1]./",
    "http://10.0.0.1/",
    "http://10.255.255.255:8080/x",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.0.1/",
    "http://192.0.0.8/",
    "http://192.0.2.1/",
    "http://198.18.0.1/",
    "http://198.51.100.7/",
    "http://203.0.113.9/",
    "http://100.64.0.1/",
    "http://0.1.2.3/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "https://metadata.google.internal/computeMetadata/v1/",
)
NEVER = (
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.1.1/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0251.0376.0251.0376/",
    "http://[::ffff:169.254.169.254]/",
    "http://[64:ff9b::169.254.169.254]/",
    "http://[::ffff:0:169.254.169.254]/",
    "http://[2001:470::5efe:169.254.169.254]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fd00:ec2::254]/",
    "http://168.63.129.16/",
    "http://100.100.100.200/",
    "http://192.0.0.192/",
    "http://224.0.0.1/",
    "http://[ff02::1]/",
    "http://0.0.0.0/",
    "http://0/",
    "http://[::]/",
)
NO_URL = (
    "",
    "hooks.example.com",
    "file:///etc/passwd",
    "ftp://example.com/",
    "gopher://example.com/",
    "javascript:alert(1)",
    "http://",
    "http:///path",
    "http://user@example.com/",
    "http://user:password@example.com/",
    "http://example.com\\@127.0.0.1/",
    "http://example.com:99999/",
    "http://example.com:port/",
    "http://exa mple.com/",
    "http://example.com/\r\nHost: evil",
    "http://ex\u00e4mple.com/",
    "http://[::1/",
    "http://127.0.0.1;x/",
    "http://127.0.0.1%2f@example.com/",
    "http://1.1.1.1 &@2.2.2.2# @3.3.3.3/",
    "http:127.0.0.1/",
    "//127.0.0.1/",
    "http://127.0.0.1\t/",
    "http://\uff11\uff12\uff17.0.0.1/",
    "data:text/html,x",
    "ldap://127.0.0.1/",
    "jar:http://127.0.0.1!/",
    "dict://127.0.0.1:11211/stat",
)


@pytest.mark.parametrize("url", INSIDE)
def test_an_address_inside_is_refused(url: str) -> None:
    """However it is written, and the error names the setting that would allow it."""
    with pytest.raises(NotifyError, match="allow_private = true") as caught:
        place_of(url, channel="ours", allow_private=False)
    assert caught.value.code == "private_address"
    assert caught.value.retry_after is None
    assert caught.value.where == "channel ours"


@pytest.mark.parametrize("url", [*INSIDE[:9], *INSIDE[13:14], *INSIDE[25:30]])
def test_a_setting_allows_an_address_inside(url: str) -> None:
    """Receivers do live in private networks."""
    assert place_of(url, channel="ours", allow_private=True).host


@pytest.mark.parametrize("url", NEVER)
def test_no_setting_allows_metadata(url: str) -> None:
    """What keeps a machine's credentials is no receiver."""
    for allow_private in (False, True):
        with pytest.raises(NotifyError) as caught:
            place_of(url, channel="ours", allow_private=allow_private)
        assert caught.value.code == "forbidden_address"


@pytest.mark.parametrize("url", NO_URL)
def test_what_is_no_plain_url_is_refused(url: str) -> None:
    """Only http and https, without users, blanks or tricks of two parsers."""
    with pytest.raises(NotifyError) as caught:
        place_of(url, channel="ours", allow_private=True)
    assert caught.value.code == "bad_url"
    assert "password" not in str(caught.value).replace("user or a password", "")


@pytest.mark.parametrize(
    "url", ["https://hooks.slack.com/x", "http://8.8.8.8/", "http://[2606:4700::1]:8/"]
)
def test_an_address_outside_passes(url: str) -> None:
    """The guard is in nobody's way who sends to the internet."""
    assert place_of(url, channel="ours", allow_private=False).port in {80, 443, 8}


def _names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let the name service give these addresses, one list a look-up."""
    asked: list[str] = []
    left = list(answers)

    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize("found", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"]])
def test_a_name_that_leads_inside_is_refused(
    monkeypatch: pytest.MonkeyPatch, found: list[str]
) -> None:
    """Every address of a name counts, not only the first."""
    _names(monkeypatch, found)
    with pytest.raises(NotifyError, match="allow_private"):
        judged_addresses("a.example", 80, channel="ours", allow_private=False)


def test_a_name_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection goes to the address judged, whatever a name says later."""
    with Receiver() as canary:
        port = canary.server_address[1]
        asked = _names(monkeypatch, ["127.0.0.1"], ["169.254.169.254"])
        answer = exchange(
            Way("ours", allow_private=True), f"http://a.example:{port}/x", b"{}"
        )
        assert answer.status == 200
        assert asked == ["a.example"]
        assert canary.requests[0].headers["Host"] == f"a.example:{port}"


def test_nothing_is_sent_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A canary that listens on loopback hears nothing, by address or by name."""
    with Receiver() as canary:
        port = canary.server_address[1]
        _names(monkeypatch, ["127.0.0.1"])
        for host in ("127.0.0.1", "localhost", "2130706433", "rebound.example"):
            with pytest.raises(NotifyError):
                exchange(Way("ours"), f"http://{host}:{port}/x", b"{}")
        assert canary.requests == []
