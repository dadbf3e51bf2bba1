"""Text that may mean something else: missing values by name, numbers in foreign dress.

Place: beside every source; looks at text on its way to the engines. Never changes a
value; must not know where it came from.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leeboard.errors import Note
from leeboard.sources._readable import is_text

__all__ = ["TextWatch"]

_WORDS = (
    *("", " ", "  ", "NaN", "nan", "NAN", "NaT", "None", "none", "NONE"),
    *("null", "NULL", "Null", "NA", "N/A", "n/a", "#N/A", "<NA>", "?", "-", "--"),
)
_LOOKED_AT = 1000
_SHARE = 0.9
_MANY = 20
_FEW = 1000
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_DAY_FIRST = "days and months before the year"
_FORMS = (
    ("numbers with leading zeros, kept as text", re.compile(r"[+-]?0\d+")),
    ("hexadecimal numbers", re.compile(r"0[xX][0-9a-fA-F]+")),
    ("numbers with underscores", re.compile(r"[+-]?\d+(_\d+)+(\.\d+)?|[+-]?\d+")),
    (
        "numbers with a decimal comma (de_DE?)",
        re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?"),
    ),
    (
        "numbers with commas for thousands (en_US?)",
        re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?|[+-]?\d{1,3}(\.\d+)?"),
    ),
    (_DAY_FIRST, re.compile(r"\d{1,2}([./-])\d{1,2}\1\d{4}\b.*")),
)


class TextWatch:
    """Gathers what is odd about text columns.

    Parameters
    ----------
    where : str
        The data, for messages.
    """

    def __init__(self, where: str) -> None:
        self.quiet: set[str] = set()
        """Columns whose text is of this package's making."""
        self._where = where
        self._words: dict[str, dict[int, Counter[str]]] = {}
        self._looks: dict[str, str] = {}

    def begin(self, name: str) -> None:
        """Forget a column's counts: a pass over it begins."""
        self._words.pop(name, None)

    def chunks(
        self, name: str, chunks: Iterable[pa.Array], kind: pa.DataType
    ) -> pa.ChunkedArray:
        """Return a whole column, having looked at each of its chunks."""
        self.begin(name)
        done: list[pa.Array] = []
        row = 0
        for chunk in chunks:
            if len(chunk):
                done.append(self.look(name, chunk, row))
                row += len(chunk)
        return pa.chunked_array(done, None if done else kind)

    def look(self, name: str, array: pa.Array, start: int) -> pa.Array:
        """Return the array, text as a dictionary, having looked at it.

        ``start`` is the row it begins at: the same rows are not counted twice.
        """
        if is_text(array.type):
            array = array.dictionary_encode()
        if not pa.types.is_dictionary(array.type) or not len(array.dictionary):
            return array
        self._count_words(name, array, start)
        if name not in self._looks and name not in self.quiet:
            self._looks[name] = _form(array.dictionary)
        return array

    def notes(self) -> list[Note]:
        """Return the warnings so far, in the order of columns seen."""
        notes = []
        for name, blocks in self._words.items():
            words = sum(blocks.values(), Counter())
            listed = ", ".join(f"{n} {word!r}" for word, n in sorted(words.items()))
            text = f"kept as text, not missing: {listed}"
            notes.append(Note("null_like_text", self._place(name), text))
        for name, form in self._looks.items():
            if form:
                kind = "like dates" if form == _DAY_FIRST else "numeric"
                text = f"text that looks {kind}: {form}; {_next(form)}"
                notes.append(Note("text_looks_numeric", self._place(name), text))
        return notes

    def _place(self, name: str) -> str:
        return f"column {name!r} of {self._where}"

    def _count_words(self, name: str, array: pa.DictionaryArray, start: int) -> None:
        levels = array.dictionary
        if len(levels) <= _FEW:  # pa.array imports pandas where it is installed
            texts = levels.to_pylist()
            found = [place for place, text in enumerate(texts) if text in _WORDS]
        else:
            wanted = pa.array(_WORDS, levels.type)
            found = pc.indices_nonzero(pc.is_in(levels, value_set=wanted)).to_pylist()
        if not found:
            return
        words: Counter[str] = Counter()
        codes = _codes(array.indices.drop_null())
        for place in found:
            rows = int(np.count_nonzero(codes == place))
            if rows:
                words[levels[place].as_py()] += rows
        if words:
            self._words.setdefault(name, {})[start] = words


def _codes(indices: pa.Array) -> np.ndarray[Any, np.dtype[np.int32]]:
    """Return indices without NULLs; Arrow's own way imports pandas where it is."""
    if not len(indices):
        return np.empty(0, np.int32)
    whole = np.frombuffer(indices.buffers()[1], np.int32)
    return whole[indices.offset : indices.offset + len(indices)]


def _form(levels: pa.Array) -> str:
    """Return in words how most of the levels are written, if they are odd numbers."""
    texts = [
        text.strip()
        for text in levels.slice(0, _LOOKED_AT).to_pylist()
        if text is not None and text not in _WORDS
    ]
    texts = [text for text in texts if text]
    if not texts:
        return ""
    least = _SHARE * len(texts)
    plain = sum(_PLAIN.fullmatch(text) is not None for text in texts)
    zeros = _FORMS[0][1]
    if plain >= least and not any(zeros.fullmatch(text) for text in texts):
        fractions = any("." in text for text in texts)
        return "plain numbers" if fractions or len(texts) > _MANY else ""
    if plain >= least:
        return _FORMS[0][0]
    for words, pattern in _FORMS[1:]:
        if sum(pattern.fullmatch(text) is not None for text in texts) >= least:
            return words
    return ""


def _next(form: str) -> str:
    """What to do about it, in words: nothing is guessed."""
    if form == _DAY_FIRST:
        return "to have dates, write 2025-12-31"
    if form == _FORMS[0][0]:
        return "codes may stay so; to have numbers, write them without the zeros"
    return "to have numbers, write 1234.5, and nothing where one is missing"
