from __future__ import annotations

import html
import re

import markdown
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeboard.notify.escape import clean, disarmed, web_link
from tests.notify.messages import HOSTILE

BLOCK = re.compile(r"<(?!/?p>|br ?/?>)")


def marks(text: str) -> list[str]:
    """Find what Slack's mrkdwn would take for markup, a link or a mention."""
    found = re.findall(r"<[^>]*>|&\w+;|&#\d+;|[a-z]+://\S+|\bwww\.\S+", text)
    found += re.findall(r"(?<!\w)([*_~`])(?=\S).*?\1", text)
    return found + re.findall(r"(?<!\w)[@#]\w+", text)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_stays_markup(text: str) -> None:
    """Neither Slack, nor Markdown, nor HTML sees more than text, on one line."""
    shown = disarmed(text, 300)
    assert marks(shown) == []
    assert html.unescape(shown) == shown
    assert BLOCK.findall(markdown.markdown(shown, extensions=["extra"])) == []
    assert shown.isprintable()


@pytest.mark.parametrize("text", HOSTILE[:6] + HOSTILE[10:16])
def test_the_checks_of_markup_see_markup(text: str) -> None:
    """What the test above looks for is found in texts that were not disarmed."""
    assert marks(text) or BLOCK.findall(markdown.markdown(text))


@given(st.text(max_size=80))
def test_any_text_is_disarmed(text: str) -> None:
    """Whatever the text, one printable line without markup comes out, not too long."""
    shown = disarmed(text, 60)
    assert marks(shown) == []
    assert len(shown) <= 60
    assert shown.isprintable()
    assert not set(shown) & set("<>&*~`|[]{}\\@#\n\r")


def test_names_of_columns_stay() -> None:
    """Underscores and full stops within a name are not touched."""
    text = "mean of total_fare_2 where zone=a.b went from -1.5 to 3 %"
    assert disarmed(text, 200) == text


def test_clean_keeps_what_can_be_seen() -> None:
    """Letters of any script and signs stay; controls and blanks give way."""
    assert clean("Größe 大 <b> & *x*", 50) == "Größe 大 <b> & *x*"
    assert clean("a\r\n\tb\u2028c", 50) == "a b c"
    assert clean("a\u202eb\x00c", 50) == "a\ufffdb\ufffdc"
    assert clean("x" * 200, 10) == "x" * 9 + "…"


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_link_is_left_out(url: str) -> None:
    """Only a plain http(s) address becomes a link."""
    fit = url == "https://evil.example/login"
    assert web_link(url) == (url if fit else "")
