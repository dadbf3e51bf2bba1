"""Tables of the bench, and their place on the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

__all__ = ["PAGE", "put", "tables"]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "alarms-bench.md"
START, END = "<!-- tables: begin -->", "<!-- tables: end -->"
Row = dict[str, Any]


def _time(time: Row | None) -> str:
    """A mean with its interval; without alarms only what it is above."""
    if time is None:
        return "—"
    if time["mean"] is None:
        return f"> {time['low']:.0f}"
    return f"{time['mean']:.3g} ({time['low']:.3g}–{time['high']:.3g})"


def _delay(told: Row | None) -> str:
    """Median / 90 %, and misses."""
    if told is None:
        return "—"
    parts = ["—" if told[k] is None else f"{told[k]:.0f}" for k in ("median", "most")]
    missed = f", {told['missed']} missed" if told["missed"] else ""
    times = told["times_bound"]
    bound = f", ×{times:.1f}" if times is not None else ""
    return " / ".join(parts) + missed + bound


def _mark(rule: Row) -> str:
    """Say whether a promise holds, where there is one."""
    if not rule["promises"]:
        return ""
    if rule["breaks_promise"]:
        return "broken" if rule["assumed"] else "outside, broken"
    return "kept" if rule["assumed"] else "outside"


def _falses(stream: Row) -> list[str]:
    lines = [
        "| Rule | promise | windows between false alarms | broken for | retuned |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {_name(rule)} | {_mark(rule)} | {_time(rule['time'])}"
        f" | {rule['references_that_break']} of {rule['references']}"
        f" | {_time(rule['retuned_time'])} |"
        for rule in stream["rules"]
    ]
    return lines


def _name(rule: Row) -> str:
    return rule["rule"] + (f" ({rule['told']})" if rule["told"] else "")


def _delays(stream: Row) -> list[str]:
    labels = list(
        dict.fromkeys(c["change"] for r in stream["rules"] for c in r["changes"])
    )
    names = list(dict.fromkeys(rule["rule"] for rule in stream["rules"]))
    told: dict[tuple[str, str], Row] = {
        (rule["rule"], c["change"]): c
        for rule in stream["rules"]
        for c in rule["changes"]
    }
    bounds = {c["change"]: c["bound"] for c in told.values()}
    heads = [
        f"{label} (bound {bounds[label]:.2g})" if bounds[label] else label
        for label in labels
    ]
    out = []
    for mode, title in (("shipped", "as shipped"), ("retuned", "retuned")):
        out += [
            "",
            f"| Delay, {title} | " + " | ".join(heads) + " |",
            "|---" * (len(heads) + 1) + "|",
        ]
        for name in names:
            cells = [_delay(told.get((name, at), {}).get(mode)) for at in labels]
            if any(cell != "—" for cell in cells):
                out.append(f"| {name} | " + " | ".join(cells) + " |")
    return out


def tables(document: Row) -> str:
    """Return the tables of all streams as Markdown."""
    plan = document["plan"]
    versions = ", ".join(f"{k} {v}" for k, v in document["versions"].items())
    made = (
        f"Made by `{document['command']}` ({versions}) in {document['seconds']} s,"
        f" {document['cpu_seconds']} s of CPU time:"
        f" a promise of {plan['promise']} windows, {plan['references']} references with"
        f" {plan['windows']} windows each, {plan['changed']} runs a change, told within"
        f" {plan['after']} windows or missed."
    )
    lines = [made]
    for stream in document["streams"]:
        lines += ["", f"### {stream['stream']}: {stream['title']}", ""]
        lines += [*_falses(stream), *_delays(stream)]
    return "\n".join(lines)


def put(document: Row, page: Path = PAGE) -> None:
    """Write the tables between the marks of the page."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    page.write_text(
        f"{before}{START}\n\n{tables(document)}\n\n{END}{after}", encoding="utf-8"
    )
