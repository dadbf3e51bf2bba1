"""Names of models that people could take for one another.

Unicode writes some letters in two ways (é as one character or as two), which is made
one by NFC. Others only look alike, such as the Cyrillic and the Latin a: those stay
apart, and a note says so. The table holds letters of Cyrillic and Greek that look like
Latin ones in most fonts; Unicode's own list of confusables (UTS 39) has many more.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

__all__ = ["alike", "mixed", "one_way"]

_LIKE = str.maketrans(
    "аеіјѕорсухԁһӏԛԝвкмнтαινορτυχγκηω",
    "aeijsopcyxdhlqwbkmhtaivoptuxyknw",
)
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")


def one_way(name: str) -> str:
    """Return a name as NFC, the one way in which it is kept and compared."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def _skeleton(name: str) -> str:
    """What is left when look-alikes, cases and accents are one."""
    plain = unicodedata.normalize("NFKD", name).casefold().translate(_LIKE)
    kept = (c for c in plain if unicodedata.category(c)[0] not in {"M", "C"})
    return "".join(kept).translate(str.maketrans("01", "ol"))


def alike(names: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of names that look alike, each name with the first that it looks like."""
    first: dict[str, str] = {}
    found = []
    for name in names:
        other = first.setdefault(_skeleton(name), name)
        if other != name:
            found.append((other, name))
    return found


def mixed(name: str) -> bool:
    """Tell whether letters of two scripts that look alike stand in one name."""
    letters = (unicodedata.name(c, "") for c in name if c.isalpha())
    return len({word.partition(" ")[0] for word in letters} & set(_SCRIPTS)) > 1
