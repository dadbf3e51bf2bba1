"""Texts that may come from data, made fit for messages.

Place: stands alone; each channel passes every text through here. Where a receiver takes
a structure (JSON, plain-text elements) a text is only cleaned; where it reads one text
that may hold markup, every sign that could be taken for markup gives way to one that
looks alike. A backslash would not do: each service escapes differently, and some not.
"""

from __future__ import annotations

import re

__all__ = ["clean", "disarmed", "web_link"]

_LOOKALIKES = str.maketrans(
    {
        "<": "‹",
        ">": "›",
        "&": "＆",
        "*": "∗",
        "~": "∼",
        "`": "ˋ",
        "|": "¦",
        "[": "［",
        "]": "］",
        "{": "｛",
        "}": "｝",
        "\\": "＼",
        "@": "＠",
        "#": "＃",
    }
)
# Between two letters or digits an underscore is part of a name, as in total_fare.
_EDGE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
# What begins a list, a heading or a rule where a line may begin.
_FIRST = re.compile(r"^\s*(?:[-+=]|\d+[.)])")
_SCHEME = re.compile(
    r"(?<=\w):(?=//)|(?<=mailto):|(?<=javascript):|(?<=data):", re.IGNORECASE
)
_DOMAIN = re.compile(r"\b(www)\.", re.IGNORECASE)


def clean(text: str, longest: int) -> str:
    """Return the text on one line, without what cannot be seen, and not too long.

    Line ends and other blanks become one blank; control and bidirectional characters,
    zero-width ones and lone surrogates become U+FFFD.

    Parameters
    ----------
    text : str
    longest : int
        Characters, at least 1; what is cut off is marked by an ellipsis.
    """
    # far more than any service takes, so that a huge text costs nothing
    shown = " ".join(text[: 4 * longest + 64].split())
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() else "\ufffd" for c in shown)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def disarmed(text: str, longest: int) -> str:
    """Return the clean text with look-alikes for every sign that could be markup.

    After it no reader of Slack's mrkdwn, of Markdown or of HTML sees emphasis, code, a
    link, a mention, an entity or a heading. Underscores within names stay.
    """
    shown = _SCHEME.sub("∶", clean(text, longest))
    shown = _EDGE.sub("＿", _DOMAIN.sub(r"\1․", shown)).translate(_LOOKALIKES)
    return f"· {shown}"[:longest] if _FIRST.match(shown) else shown


def web_link(url: str) -> str:
    """Return the URL if a browser may be sent there, or an empty text."""
    fit = url.isascii() and url.isprintable() and not set(url) & set(" <>|\"'`\\")
    return url if fit and re.match(r"https?://[^/]", url) else ""
