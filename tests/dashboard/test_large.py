"""Pages hold with 2,000 columns and 5,000 windows."""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from leeboard.dashboard.pages import Dashboard
from leeboard.dashboard.reading import Reader
from leeboard.pages.dashboard.drawing import static_files
from leeboard.schema import Column, Kind
from leeboard.state import open_state
from tests.dashboard._board import every_page
from tests.dashboard._made import fill, plan_of
from tests.pages.findings import findings, numbers

COLUMNS, WINDOWS, FULL = 2000, 5000, 12
MOST_BYTES = 500_000
MOST_SECONDS = 1.0
"""Of processor time; what pages take is in docs/decisions/0061-dashboard.md."""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """One model of that size; its last windows have figures of all columns."""
    folder: Path = tmp_path_factory.mktemp("large")
    names = [f"feature_{i:04d}" for i in range(COLUMNS)]
    values = np.random.default_rng(0).normal(size=60)
    one = numbers("feature_0000", values, values)
    reference = findings([one]).reference
    schema = reference.schema
    wide = tuple(Column(name, Kind.NUMERIC) for name in names)
    object.__setattr__(schema, "columns", wide)
    state = open_state(str(folder / "results.db"))
    fill(state, "large", names, windows=WINDOWS, full=FULL)
    yield Dashboard(Reader(plan_of(folder, reference, ["large"]), state))
    state.close()


@pytest.mark.long
def test_every_page_is_small_and_fast(shown: Dashboard) -> None:
    """With all windows shown, a page and its files have at most 500 kB compressed."""
    files = "".join(text for _, text in static_files().values())
    overhead = len(gzip.compress(files.encode()))
    for name, (path, query) in every_page(shown).items():
        start = time.process_time()
        page = shown.page(path, {**query, "range": "all"})
        took = time.process_time() - start
        size = len(gzip.compress(page.html.encode("utf-8", "replace"))) + overhead
        print(f"{name:16} {took * 1000:6.0f} ms {size / 1000:6.0f} kB")
        assert page.status == 200, name
        assert size <= MOST_BYTES, name
        assert took < MOST_SECONDS, name


@pytest.mark.long
def test_every_column_can_be_reached(shown: Dashboard) -> None:
    """The pages of the table lead on to the last column; each page has its fifty."""
    query = {"model": "large", "sort": "name"}
    for page in (1, 2, COLUMNS // 50):
        html = shown.page("/model/drift", {**query, "page": str(page)}).html
        table = html.partition('id="columns"')[2]
        found = re.findall(r'scope="row"><a [^>]*>(feature_\d+)<', table)
        first = 50 * (page - 1)
        assert found == [f"feature_{i:04d}" for i in range(first, first + 50)]
        assert ('rel="next"' in table) == (page < COLUMNS // 50)
