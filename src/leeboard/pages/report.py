"""The HTML report: findings become a ``ReportPage``, and a template draws it.

One file, no network, no clock: the same findings give the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from leeboard._version import __version__
from leeboard.pages import headlines
from leeboard.pages.cards import cards, figure_line, note_line
from leeboard.pages.contexts import (
    ConditionLine,
    QualityLine,
    ReportPage,
    SampleLine,
    SkippedLine,
    Tally,
)
from leeboard.pages.decisions import decisions
from leeboard.pages.performance import performance_table
from leeboard.pages.printable import printable
from leeboard.pages.words import ORDER, judged, number, plural, share
from leeboard.profiles.cells import Cells, NumericCells
from leeboard.profiles.counts import CategoryCounts, Counts
from leeboard.verdicts.report import ConditionResult, Findings

if TYPE_CHECKING:
    import jinja2

__all__ = ["asset", "draw", "render_html", "report_page", "style_source"]


def report_page(findings: Findings) -> ReportPage:
    """Gather all that the report tells about these findings."""
    worst = findings.worst()
    states = list(worst.values())
    title = f"{findings.current_name} against {findings.reference_name}"
    return ReportPage(
        title=title,
        headline=headlines.headline(findings),
        certainty=headlines.certainty(findings),
        mood=next((str(s) for s in ORDER if s in states), "held"),
        tallies=tuple(Tally(str(state), states.count(state)) for state in ORDER),
        columns=len(states),
        samples=_samples(findings),
        performance=(
            None
            if findings.performance is None
            else performance_table(findings.performance)
        ),
        cards=cards(findings),
        segments=tuple(
            dict.fromkeys(c.segment for c in findings.columns if c.segment is not None)
        ),
        segment_column=findings.reference.segment or "",
        conditions=_conditions(findings.conditions),
        quality=_quality(findings),
        table=tuple(figure_line(m) for m in findings.table),
        notes=tuple(note_line(n) for n in findings.notes),
        skipped=tuple(
            SkippedLine(s.name, s.role, s.kind, s.reason.code, s.reason.text)
            for s in findings.skipped
        ),
        decisions=decisions(findings),
        negligible=number(findings.lines.negligible),
        large=number(findings.lines.large),
        version=__version__,
    )


def _samples(findings: Findings) -> tuple[SampleLine, ...]:
    return tuple(
        SampleLine(role, name, plural(profile.rows, "row"))
        for role, name, profile in (
            ("Reference", findings.reference_name, findings.reference),
            ("Current", findings.current_name, findings.current),
        )
    )


def _conditions(results: tuple[ConditionResult, ...]) -> tuple[ConditionLine, ...]:
    """What failed first, then what is undecided, then what passed."""
    order = (False, None, True)
    ranked = sorted(results, key=lambda result: order.index(result.passed))
    return tuple(map(_condition, ranked))


def _condition(result: ConditionResult) -> ConditionLine:
    outcome = {True: "passed", False: "failed", None: "undecided"}[result.passed]
    return ConditionLine(
        condition=result.condition,
        subject=result.subject,
        segment=result.segment or "",
        severity=result.severity,
        outcome=outcome,
        value=judged(result),
        reason=result.reason.text,
    )


def _quality(findings: Findings) -> tuple[QualityLine, ...]:
    """Missing, unseen and outlying rows of all rows, column by column."""
    lines = []
    reference, current = findings.reference.parts[None], findings.current.parts[None]
    for name, cells in findings.reference.cells.items():
        before, after = reference.counts.get(name), current.counts.get(name)
        if before is None or after is None or not (before.rows and after.rows):
            continue
        then, now = _odd_rows(cells, before), _odd_rows(cells, after)
        for what, rows in then.items():
            a, b = rows / before.rows, now.get(what, 0) / after.rows
            if a or b:
                lines.append(QualityLine(name, what, share(a), share(b), b > a))
    return tuple(lines)


def _odd_rows(cells: Cells, counts: Counts) -> dict[str, int]:
    """Rows without a usable or expected value, by what is odd about them."""
    odd = {"missing": counts.missing}
    if isinstance(counts, CategoryCounts):
        odd["unseen levels"] = counts.unseen
    elif isinstance(cells, NumericCells):
        odd["below the reference minimum"] = int(counts.cells[cells.below])
        odd["above the reference maximum"] = int(counts.cells[cells.above])
        infinite = counts.cells[[cells.minus_inf, cells.plus_inf]]
        odd["infinite"] = int(infinite.sum())
    return odd


# ── drawing ──────────────────────────────────────────────────────────────────────────


def render_html(page: ReportPage) -> str:
    """Draw the report as one self-contained HTML file.

    Parameters
    ----------
    page : ReportPage

    Returns
    -------
    str
        HTML that loads nothing: styles and script are inline and named by their hashes
        in the content security policy. Lone surrogates never occur in it.
    """
    style, script = asset("report.css"), asset("report.js")
    return draw(
        "report.html.j2",
        page=page,
        style=style,
        script=script,
        style_hash=style_source(style),
        script_hash=style_source(script),
    )


def draw(template: str, **context: object) -> str:
    """Fill a template of this folder; every text in it is made visible and escaped."""
    return _environment().get_template(template).render(**context)


def asset(name: str) -> str:
    """Return the text of a file that stands beside the templates."""
    folder = files("leeboard.pages").joinpath("templates")
    return folder.joinpath(name).read_text(encoding="utf-8")


def style_source(text: str) -> str:
    """Name an inline style or script for a content security policy, by its hash."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _template(name: str) -> str:
    """Source of a template, without the indentation: a tenth of a large report."""
    return "\n".join(line.lstrip() for line in asset(name).splitlines())


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    from leeboard.pages import charts, timelines

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_template),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # every printed text that is not markup already is made visible, then escaped
        finalize=_finalize,
    )
    environment.filters["timeline"] = timelines.draw_timeline
    environment.filters["small"] = charts.small
    environment.filters["plain"] = charts.plain
    environment.filters["full"] = charts.full
    environment.filters["effect"] = charts.effect
    environment.filters["moved_most"] = charts.moved_most
    return environment


def _finalize(value: Any) -> Any:
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return printable(value)
    return value
