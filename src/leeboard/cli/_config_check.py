"""``leeboard config check``: what a configuration means, before it is used."""

from __future__ import annotations

from collections.abc import Iterator

from leeboard.cli._terminal import clean, say
from leeboard.config import ModelPlan, load_plan
from leeboard.monitor.baseline import load_baseline
from leeboard.monitor.naming import checked
from leeboard.monitor.runbooks import checked_steps
from leeboard.windows import duration_in_words

__all__ = ["run"]


def run(config: str, *, strict: bool) -> None:
    """Read it and every reference it names; say what it means."""
    plan = load_plan(config, strict=strict)
    lines = [f"{plan.path}: can be used.", f"  log    {_masked(plan.log)}"]
    lines.append(f"  state  {_masked(plan.state)}")
    for model in plan.models:
        lines += _model(model)
    notes = (*plan.notes, *checked(plan))
    lines += [f"note: {n.where}: {n.text} [{n.code}]" for n in notes]
    say("\n".join(map(clean, lines)) + "\n")


def _model(plan: ModelPlan) -> Iterator[str]:
    baseline = load_baseline(plan)
    columns = len(baseline.reference.cells)
    labels = f"{baseline.rows:,} labelled rows" if baseline.rows else "no labelled rows"
    yield f"{plan.name}: windows of {plan.calendar.every} in {plan.calendar.zone}"
    yield (
        f"  counted {duration_in_words(plan.delay)} after their end; predictions may"
        f" come {duration_in_words(plan.grace)} late"
    )
    yield (
        f"  labels may take {duration_in_words(plan.horizon)}; figures are final with"
        f" {plan.complete:.0%} of them"
    )
    if plan.alarms.runbook:
        yield f"  runbook: {len(checked_steps(plan))} steps from {plan.alarms.runbook}"
    yield f"  reference: {baseline.reference.rows:,} rows, {columns} columns, {labels}"


def _masked(place: str) -> str:
    """Place of a store without a password."""
    scheme, mark, rest = place.partition("://")
    if not mark or "@" not in rest:
        return place
    return f"{scheme}://…@{rest.rpartition('@')[2]}"
