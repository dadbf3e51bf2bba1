"""Alerting rules for Prometheus, as a configuration implies them.

Place: names of models and rules come from the configuration; thresholds stay with
Leeboard, which has judged already: a rule asks for what it said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from leeboard.alarms.judged import Severity
from leeboard.config.plan import ModelPlan, Plan
from leeboard.exposition.promql import matching
from leeboard.exposition.yaml import Value
from leeboard.monitor.alarmed import Alarmed
from leeboard.pages.dashboard.links import Links
from leeboard.pages.printable import printable
from leeboard.windows import duration_in_words

__all__ = ["JOB", "alert_rules"]

JOB = "leeboard"
"""Name of the job that scrapes a server."""

_SEVERITIES = {
    Severity.PAGE: "critical",
    Severity.WARN: "warning",
    Severity.NOTE: "info",
}
_EVERY = "leeboard_pass_interval_seconds"
_INTERVALS = 3
"""Passes that may be missed before somebody is told."""


@dataclass(frozen=True, slots=True)
class _Alert:
    name: str
    expr: str
    severity: Severity
    summary: str
    next_step: str
    wait: str = ""
    model: str = ""
    link: str = ""

    def rule(self) -> dict[str, Value]:
        labels: dict[str, Value] = {"severity": _SEVERITIES[self.severity]}
        notes: dict[str, Value] = {"summary": self.summary, "next_step": self.next_step}
        if self.model:
            labels["model"] = _inert(self.model)
        if self.link:
            notes["link"] = _inert(self.link)
        found: dict[str, Value] = {"alert": self.name, "expr": self.expr}
        if self.wait:
            found["for"] = self.wait
        return {**found, "labels": labels, "annotations": notes}


def alert_rules(plan: Plan, url: str = "") -> dict[str, Value]:
    """Return the rules of a plan as the file's contents.

    Parameters
    ----------
    plan : Plan
    url : str
        Where people open the dashboard; empty: annotations have no link.
    """
    groups: list[Value] = [_group("leeboard", _of_server(url))]
    groups += [
        _group(f"leeboard {printable(model.name)}", _of_model(model, url))
        for model in plan.models
    ]
    return {"groups": groups}


def _group(name: str, alerts: Iterator[_Alert]) -> dict[str, Value]:
    return {"name": name, "rules": [one.rule() for one in alerts]}


def _of_server(url: str) -> Iterator[_Alert]:
    home = _link(url).fleet() if url else ""
    up = matching("up", job=JOB)
    # of several servers one leads: nothing is missed as long as anybody makes passes
    last = "(leeboard_last_pass_timestamp_seconds or leeboard_start_timestamp_seconds)"
    last = f"max by (job) ({last} and on (instance) {_EVERY})"
    yield _Alert(
        "LeeboardDown",
        f"{up} == 0 or absent({up})",
        Severity.PAGE,
        "Leeboard does not answer Prometheus.",
        "Look whether leeboard serve runs, and whether the key of the scrape job holds:"
        " leeboard keys list.",
        "5m",
    )
    yield _Alert(
        "LeeboardNoPass",
        f"time() - {last} > {_INTERVALS} * max by (job) ({_EVERY})",
        Severity.PAGE,
        f"No pass has ended well for {_INTERVALS} intervals:"
        " nothing is judged, and nobody would be told.",
        "Look at the server's log for the error, then run: leeboard run.",
        "1m",
        link=home,
    )
    yield _Alert(
        "LeeboardModelUnreadable",
        "leeboard_model_up == 0",
        Severity.WARN,
        "Results or reference of {{ $labels.model }} cannot be read.",
        "Run: leeboard status. It says which file or store fails, and what to do.",
        "10m",
        link=home,
    )


def _of_model(plan: ModelPlan, url: str) -> Iterator[_Alert]:
    yield from _incidents(plan, url)
    yield from _named_rules(plan, url)
    yield from _data(plan, url)


def _incidents(plan: ModelPlan, url: str) -> Iterator[_Alert]:
    name = plan.name
    link = _link(url).incidents(model=name) if url else ""
    budget = plan.alarms.budget
    promise = Alarmed(
        page_every=budget.page_every,
        warn_every=budget.warn_every,
        page_ever=budget.page_ever,
    ).promise()
    own = f" Owner: {plan.alarms.owner}." if plan.alarms.owner else ""
    for severity, title in ((Severity.PAGE, "Page"), (Severity.WARN, "Warning")):
        some = matching(
            "leeboard_incidents", model=name, severity=severity.value, state="open"
        )
        yield _Alert(
            f"LeeboardIncident{title}",
            f"{some} > 0",
            severity,
            _inert(f"{name}: ")
            + "{{ $value }} open at this severity."
            + _inert(f" Budget: {promise}.{own}"),
            "Read the incident and its runbook, then acknowledge or close it:"
            " leeboard incidents. The alert ends when none is open.",
            model=name,
            link=link,
        )


def _named_rules(plan: ModelPlan, url: str) -> Iterator[_Alert]:
    for rule in plan.alarms.rules:
        some = matching("leeboard_verdict_state", model=plan.name, rule=rule.name)
        yield _Alert(
            "LeeboardRule",
            f"{some} == 2",
            rule.severity,
            _inert(f"{plan.name}: rule {rule.name!r} on {rule} fired in the latest")
            + " window.",
            "Look at the figure over time, and at the incident that it opened.",
            model=plan.name,
            link=_link(url).model(plan.name, "business") if url else "",
        )


def _data(plan: ModelPlan, url: str) -> Iterator[_Alert]:
    name = plan.name
    links = _link(url)
    settled = matching(
        "leeboard_label_completeness_ratio", model=name, windows="settled"
    )
    yield _Alert(
        "LeeboardLabelsLate",
        f"{settled} < {plan.complete:g}",
        Severity.WARN,
        _inert(f"{name}: ")
        + "{{ $value | humanizePercentage }} of the expected labels have come for"
        + f" windows older than {duration_in_words(plan.horizon)};"
        + f" expected {plan.complete:.0%}.",
        "Look at the job that sends labels. Performance rests on those that came.",
        "1h",
        name,
        links.model(name, "performance") if url else "",
    )
    aside = matching("leeboard_quarantined", model=name)
    yield _Alert(
        "LeeboardQuarantined",
        f"sum({aside}) > 0",
        Severity.WARN,
        _inert(f"{name}: ")
        + "{{ $value }} events are set aside, and are in no figure.",
        "Run: leeboard quarantine list. Mend the sender, then replay or drop them.",
        "15m",
        name,
        links.model(name, "system") if url else "",
    )
    dropped = matching("leeboard_dropped_total", model=name)
    yield _Alert(
        "LeeboardEventsLost",
        # not increase(): it does not see the first value of a reason that is new
        f"sum({dropped}) - sum({dropped} offset 1h) > 0",
        Severity.WARN,
        _inert(f"{name}: ") + "loggers lost {{ $value }} events in the last hour.",
        "Look at leeboard_dropped_total by reason; the page of errors explains each.",
        "",
        name,
        links.model(name, "system") if url else "",
    )


def _link(url: str) -> Links:
    return Links(url.rstrip("/"))


def _inert(text: str) -> str:
    """Text that a template of Prometheus leaves as it is."""
    return text.replace("{{", '{{ "{{" }}')
