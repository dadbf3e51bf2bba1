"""``leeboard metrics`` shows every declaration."""

from __future__ import annotations

import leeboard as lb
from tests.cli._command import outside


def test_every_metric_is_told_at_every_width() -> None:
    """Narrow or wide, each metric's name, need and source are there in full."""
    for width in ("60", "200"):
        ended = outside("metrics", environment={"COLUMNS": width})
        assert (ended.code, ended.err) == (0, "")
        words = ended.out.split()
        told = [(m.name, m.answers, m.source) for m in lb.metrics().values()]
        told += [
            (m.name, m.answers, m.source) for m in lb.performance_metrics().values()
        ]
        for name, answers, source in told:
            assert any(word.rstrip(":") == name for word in words)
            assert set(answers.split()) <= set(words)
            assert set(source.split()) <= set(words)
