"""``leeboard replay``: what settings would have done on the history that is kept."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from leeboard.cli._incidents import incident_line, moment_of_text
from leeboard.cli._terminal import clean, say
from leeboard.config import ModelPlan, rules_from_texts
from leeboard.monitor.alarmed import in_days
from leeboard.monitor.monitor import Monitor
from leeboard.monitor.rehearsing import Rehearsal
from leeboard.pages.words import plural
from leeboard.windows import duration

__all__ = ["run"]


def run(
    config: str,
    model: str | None,
    span: tuple[str | None, str | None],
    rules: Sequence[str],
    budget: tuple[str | None, str | None],
    *,
    json: bool,
) -> None:
    """Rehearse, and print what would have happened."""
    monitor = Monitor(config)
    since, until = (None if one is None else moment_of_text(one) for one in span)
    page, warn = (None if one is None else duration(one) for one in budget)
    plan = monitor.plan[monitor.model(model)]
    own = plan.alarms.budget
    wanted = replace(
        own, page_every=page or own.page_every, warn_every=warn or own.warn_every
    )
    found = monitor.replay(
        model,
        since=since,
        until=until,
        rules=rules_from_texts(rules) if rules else None,
        budget=None if wanted == own else wanted,
    )
    if json:
        say(jsonlib.dumps(found.to_dict()) + "\n")
    else:
        say(
            "\n".join(clean(line) for line in _lines(found, plan, by_rule=bool(rules)))
            + "\n"
        )


def _lines(found: Rehearsal, plan: ModelPlan, *, by_rule: bool) -> Iterator[str]:
    alarms = found.alarms
    span = f"{found.first:%Y-%m-%d} to {found.last:%Y-%m-%d}"
    yield f"{found.model}: {plural(found.windows, 'window')} judged again, {span}"
    for one in found.incidents:
        yield from incident_line(one).splitlines()
    for rule in found.by_rules:
        if rule.judged < rule.windows:
            yield f"{rule.found}."
            yield f"    {rule.why(plan)}"
    if by_rule:
        if found.by_rules and not any(rule.judged for rule in found.by_rules):
            return  # no incident, since nothing was judged
        yield f"{plural(alarms.by_rule, 'incident')} in {in_days(alarms.days)}."
        return
    said = f"{plural(alarms.pages, 'page')}, {plural(alarms.warnings, 'warning')}"
    if alarms.by_rule:
        said += f", {alarms.by_rule:,} by named rules alone"
    yield f"{said} in {in_days(alarms.days)}. Promised: {alarms.promise()}."
