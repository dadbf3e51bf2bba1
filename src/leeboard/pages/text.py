"""The report on a terminal, as wide as it is, and plain where nobody sees colours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from leeboard.pages import headlines
from leeboard.pages.cards import effect_mark, in_order
from leeboard.pages.performance import performance_table
from leeboard.pages.printable import printable, shorten
from leeboard.pages.words import ORDER, judged, plural, psi_in_words, size_in_words
from leeboard.verdicts.performance import Performance
from leeboard.verdicts.report import ColumnResult, ConditionResult, Findings
from leeboard.verdicts.verdict import State

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

__all__ = ["plain_text", "render_text"]

_STYLES = {
    State.MOVED: ("▲", "bold red"),
    State.FAILED: ("✗", "bold magenta"),
    State.UNSURE: ("○", "yellow"),
    State.HELD: ("●", "green"),
}
_CHANGES = {
    "worse": ("▼", "bold red"),
    "better": ("▲", "green"),
    "unsure": ("○", "yellow"),
}
_WIDE, _MIDDLE, _NARROWEST = 100, 66, 40
_BOTH_SIDES = 112
_GAUGE = 16
_MOST_HELD = 40
_MOST_BUSY = 100
_MOST_MET = 10
_WORDS = {
    State.MOVED: "that moved",
    State.FAILED: "that failed",
    State.UNSURE: "that are unsure",
    State.HELD: "that held",
}


def render_text(findings: Findings, console: Console) -> None:
    """Print headline, table, conditions and notes.

    Parameters
    ----------
    findings : Findings
    console : rich.console.Console
        Its width, colours and encoding are obeyed; from 40 columns on.
    """
    from rich.text import Text

    console.print(Text(_fit(headlines.headline(findings), console), "bold"))
    certainty = headlines.certainty(findings)
    if certainty:
        console.print(Text(_fit(certainty, console), "dim"))
    console.print(Text(_fit(_samples(findings), console), "dim"))
    console.print()
    shown = in_order(findings)
    busy = sum(c.state is not State.HELD for c in shown)
    left = shown[_MOST_BUSY:busy] + shown[busy + _MOST_HELD :]
    shown = shown[: min(busy, _MOST_BUSY)] + shown[busy : busy + _MOST_HELD]
    if shown:
        console.print(_columns(shown, console))
    for state in ORDER:
        more = sum(column.state is state for column in left)
        if more:
            rest = f"… and {more:,} more {_WORDS[state]}"
            console.print(Text(_fit(rest, console), "dim"))
    _reasons(shown, console)
    if findings.performance is not None:
        _performance(findings.performance, console)
    _conditions(findings, console)
    _notes(findings, console)


def plain_text(findings: Findings) -> str:
    """Return the same as text without colours, as wide as the terminal."""
    import io

    from rich.console import Console

    file = io.StringIO()
    width = max(_NARROWEST, Console().width)
    console = Console(file=file, width=width, color_system=None, legacy_windows=False)
    render_text(findings, console)
    lines = [line.rstrip() for line in file.getvalue().splitlines()]
    return "\n".join(lines)


def _samples(findings: Findings) -> str:
    names = (findings.reference_name, findings.current_name)
    rows = (findings.reference.rows, findings.current.rows)
    parts = [
        f"{shorten(name, 60)} ({plural(n, 'row')})"
        for name, n in zip(names, rows, strict=True)
    ]
    return " → ".join(parts)


def _fit(text: str, console: Console) -> str:
    """Return the text in what the terminal's encoding can write."""
    shown = printable(text)
    try:
        shown.encode(console.encoding)
    except (UnicodeEncodeError, LookupError):
        plain = shown.replace("→", "->").replace("–", "-").replace("−", "-")
        plain = plain.replace("…", "...").translate(_PLAIN_SIGNS)
        return plain.encode("ascii", "backslashreplace").decode("ascii")
    return shown


_PLAIN_SIGNS = str.maketrans(
    {"▲": "!", "▼": "!", "✗": "x", "○": "?", "●": "=", "·": "-"}
)


def _columns(shown: list[ColumnResult], console: Console) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    width = console.width
    table = Table(
        box=box.SIMPLE_HEAD if width >= _MIDDLE else None,
        show_edge=False,
        pad_edge=False,
        padding=(0, 2 if width >= _WIDE else 1, 0, 0),
        expand=False,
    )
    table.add_column("column", overflow="fold", ratio=3 if width < _WIDE else None)
    table.add_column("verdict", no_wrap=True)
    if width >= _WIDE:
        table.add_column("negligible | large", no_wrap=True)
    table.add_column("size", overflow="fold")
    if width >= _MIDDLE:
        table.add_column("why", overflow="fold", ratio=2)
    for column in shown:
        sign, style = _STYLES[column.state]
        name = shorten(column.name, 48 if width >= _WIDE else 24)
        if column.segment is not None:
            name += f" [{shorten(column.segment, 24)}]"
        cells = [
            Text(_fit(name, console)),
            Text(_fit(f"{sign} {column.state}", console), style),
        ]
        if width >= _WIDE:
            cells.append(Text(_fit(_gauge(column), console), style))
        cells.append(Text(_fit(_size(column, width), console)))
        if width >= _MIDDLE:
            why = shorten(column.verdict.reason.text, 240)
            cells.append(Text(_fit(why, console), "dim"))
        table.add_row(*cells)
    return table


def _performance(performance: Performance, console: Console) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    told, width = performance_table(performance), console.width
    console.print()
    console.print(Text(_fit(told.sentence, console), "bold"))
    console.print(Text(_fit(shorten(told.columns, 120), console), "dim"))
    table = Table(
        box=box.SIMPLE_HEAD if width >= _MIDDLE else None,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for head in ("figure", "reference", "current", "difference", "change"):
        table.add_column(head, overflow="fold", no_wrap=head in ("figure", "change"))
    for line in told.lines:
        sign, style = _CHANGES.get(line.change, ("", "dim"))
        sides = [line.reference, line.current]
        if width < _BOTH_SIDES:
            sides = list(map(_short, sides))
        apart = line.difference if width >= _MIDDLE else _short(line.difference)
        table.add_row(
            *(Text(_fit(cell, console)) for cell in (line.metric, *sides, apart)),
            Text(_fit(f"{sign} {line.change}".strip(), console), style),
        )
    console.print(table)
    for reason in dict.fromkeys(line.reason for line in told.lines if line.reason):
        console.print(Text(_fit(shorten(reason, 240), console), "dim"))
    console.print(Text(_fit(told.caution, console), "dim"))


def _short(cell: str) -> str:
    """A figure without its interval, where there is no room for it."""
    return cell.partition(" (")[0]


def _size(column: ColumnResult, width: int) -> str:
    verdict = column.verdict
    words = re.sub(" standard deviations?", " sd", size_in_words(verdict))
    if verdict.value is None:
        return words
    return f"{words}; {psi_in_words(verdict)}" if width >= _WIDE else words


def _gauge(column: ColumnResult) -> str:
    """Draw the size with its interval between the two lines, in characters."""
    mark = effect_mark(column.verdict)
    if mark is None:
        return ""
    cells = [" "] * (_GAUGE + 1)
    for place in (mark.negligible, mark.large):
        cells[round(place * _GAUGE)] = "|"
    low, high = round(mark.low * _GAUGE), round(mark.high * _GAUGE)
    for i in range(low, high + 1):
        cells[i] = "+" if cells[i] == "|" else "-"
    cells[round(mark.at * _GAUGE)] = "●"
    return "".join(cells)


def _reasons(shown: list[ColumnResult], console: Console) -> None:
    """Say below a table too narrow for reasons why columns have no size."""
    from rich.text import Text

    if console.width >= _MIDDLE:
        return
    needed = [
        column
        for column in shown
        if column.state is State.FAILED
        or (column.state is State.MOVED and column.verdict.value is None)
    ]
    if needed:
        console.print()
    for column in needed:
        sign, style = _STYLES[column.state]
        why = f" {_subject(column.name, column.segment)}: "
        why += shorten(column.verdict.reason.text, 240)
        line = Text(_fit(sign, console), style)
        console.print(line.append(_fit(why, console), ""))


def _subject(name: str, segment: str | None) -> str:
    said = shorten(name, 40)
    return said if segment is None else f"{said} [{shorten(segment, 24)}]"


def _conditions(findings: Findings, console: Console) -> None:
    """Print what failed and what could not be decided first, then what passed."""
    from rich.text import Text

    if not findings.conditions:
        return
    console.print()
    told = [c.verdict.reason for c in findings.columns if c.state is State.FAILED]
    for outcome, most in ((False, _MOST_BUSY), (None, _MOST_BUSY), (True, _MOST_MET)):
        some = [one for one in findings.conditions if one.passed is outcome]
        for one in some[:most]:
            console.print(_condition(one, console, known=one.reason in told))
        if len(some) > most:
            rest = f"… and {len(some) - most:,} more {_OUTCOMES[outcome][1]}"
            console.print(Text(_fit(rest, console), "dim"))


_OUTCOMES = {
    True: ("passed", "that passed", State.HELD),
    False: ("failed", "that failed", State.MOVED),
    None: ("undecided", "that are undecided", State.UNSURE),
}


def _condition(result: ConditionResult, console: Console, *, known: bool) -> Text:
    """One condition; ``known``: the table says already why its column failed."""
    from rich.text import Text

    outcome, _, state = _OUTCOMES[result.passed]
    sign, style = _STYLES[state]
    said = f"  {_subject(result.subject, result.segment)}: "
    said += shorten(result.condition, 60)
    warning = "; a warning" if result.passed is False and _mild(result) else ""
    if result.passed is not None:
        said += f" (is {judged(result)}{warning})"
    elif known:
        said += ": the column failed, see above"
    else:
        said += f": {result.reason.text}"
    line = Text(_fit(f"{sign} {outcome}", console), style)
    return line.append(_fit(said, console), "")


def _mild(result: ConditionResult) -> bool:
    return result.severity == "warning"


def _notes(findings: Findings, console: Console) -> None:
    from rich.text import Text

    notes = [f"{n.where}: {n.text} [{n.code}]" for n in findings.notes]
    for column in findings.columns:
        notes += [f"{n.where}: {n.text} [{n.code}]" for n in column.notes]
    told = {note.code for note in findings.notes}
    notes += [
        f"{s.name} is not compared: {s.reason.text}"
        for s in findings.skipped
        if s.reason.code not in told
    ]
    notes = list(dict.fromkeys(notes))
    if notes:
        console.print()
    for note in notes[:_MOST_HELD]:
        console.print(Text(_fit(f"note: {shorten(note, 300)}", console), "dim"))
    if len(notes) > _MOST_HELD:
        more = f"… and {len(notes) - _MOST_HELD:,} more notes"
        console.print(Text(_fit(more, console), "dim"))
