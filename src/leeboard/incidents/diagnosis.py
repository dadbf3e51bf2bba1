"""What an incident most likely is, with its evidence; *undetermined* is an answer.

Place: on the path, above the causes. Faults of the data are looked for first: they
explain whatever moved behind them. Then shifts are told from what moved and what held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leeboard.alarms.judged import Group
from leeboard.incidents.causes._cause import ColumnCause, Found
from leeboard.incidents.causes._facts import Facts, facts_of
from leeboard.incidents.causes._numbers import figure
from leeboard.incidents.causes._registry import column_causes, shift_causes
from leeboard.incidents.causes._view import View, view_of
from leeboard.incidents.causes._words import error_fact, held_fact, moved_facts
from leeboard.incidents.growth import mixtures
from leeboard.incidents.incident import Diagnosis
from leeboard.incidents.pattern import pattern_of
from leeboard.incidents.regimes import nearest_regime
from leeboard.incidents.scene import Scene
from leeboard.schema import Role

__all__ = ["UNDETERMINED", "diagnose", "faulty"]

UNDETERMINED = "undetermined"
_MIXTURE = 1e-3
_FACTS = 6
_NAMES = 3
_OF_ONE_VALUE = frozenset({"constant", "staleness", "default-value flood"})
_BETWEEN = 3
"""Windows that tell how a change grew: fewer say nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class _Fault:
    view: View
    cause: ColumnCause
    found: Found
    crossed: bool


def diagnose(scene: Scene) -> Diagnosis:
    """Name the most likely cause of what a window shows.

    Parameters
    ----------
    scene : Scene

    Returns
    -------
    Diagnosis
        Of one of the causes in ``docs/diagnosis.md``, or *undetermined*.

    Notes
    -----
    The procedure takes the first that finds something: faults of the data, looked for
    in the columns that crossed, or in all where performance or predictions crossed;
    then prior shift, model or pipeline, concept, covariate, virtual. A fault is named
    after most columns; those with another one are listed in the evidence.
    """
    views = _views(scene)
    faults = _faults(scene, views)
    facts = facts_of(scene, views)
    if faults:
        cause, text, evidence, columns = _data_fault(faults)
    else:
        cause, text, evidence, columns = _shift(facts)
    pattern, how = _pattern(scene, columns)
    return Diagnosis(cause, pattern, text, (*evidence[:_FACTS], *how), columns)


def faulty(scene: Scene) -> frozenset[str]:
    """Columns that crossed and whose counts show a fault of the data."""
    found = _faults(scene, _views(scene))
    return frozenset(one.view.name for one in found if one.crossed)


def _views(scene: Scene) -> list[View]:
    columns = scene.reference.schema.compared
    return [view for view in (view_of(scene, one) for one in columns) if view]


def _faults(scene: Scene, views: Sequence[View]) -> list[_Fault]:
    crossed = set(scene.crossed(Group.FEATURES, Group.QUALITY, Group.PREDICTIONS))
    behind = scene.crossed(Group.PERFORMANCE, Group.PREDICTIONS)
    everywhere = not scene.judged or bool(behind)
    faults = []
    for view in views:
        if view.column.role is Role.LABEL and view.name not in crossed:
            continue
        if not everywhere and view.name not in crossed:
            continue
        for cause in column_causes():
            if view.name in scene.still and cause.code in _OF_ONE_VALUE:
                continue
            found = cause.look(view)
            if found is not None:
                faults.append(_Fault(view, cause, found, view.name in crossed))
                break
    return faults


_Answer = tuple[str, str, tuple[str, ...], tuple[str, ...]]


def _data_fault(faults: list[_Fault]) -> _Answer:
    """Take the fault of most columns, those that crossed first.

    Scores and predictions that look faulty beside faulty inputs are their consequence.
    """
    outputs = {Role.SCORE, Role.PREDICTION}
    inputs = [one for one in faults if one.view.column.role not in outputs]
    faults = inputs or faults
    by_code: dict[str, list[_Fault]] = {}
    for fault in faults:
        by_code.setdefault(fault.cause.code, []).append(fault)

    def weight(group: list[_Fault]) -> tuple[int, int, int]:
        crossed = sum(one.crossed for one in group)
        return crossed, len(group), -group[0].cause.rank

    main = max(by_code.values(), key=weight)
    main.sort(key=lambda one: not one.crossed)
    first = main[0]
    names = [one.view.name for one in main]
    if len(main) == 1:
        text = f"{names[0]} {first.found.text}."
        evidence = first.found.facts
    else:
        more = f" and {len(main) - _NAMES} more" if len(main) > _NAMES else ""
        shown = ", ".join(names[:_NAMES]) + more
        text = f"{first.cause.code} in {len(main)} columns: {shown}."
        evidence = tuple(f"{one.view.name} {one.found.text}" for one in main)
    others = tuple(
        f"beside it: {one.view.name} {one.found.text}"
        for one in faults
        if one.cause.code != first.cause.code
    )
    return first.cause.code, text, (*evidence, *others), tuple(names)


def _shift(facts: Facts) -> _Answer:
    for cause in shift_causes():
        found = cause.look(facts)
        if found is not None:
            text = f"{found.text[0].upper()}{found.text[1:]}."
            return cause.code, text, found.facts, found.columns
    return _undetermined(facts)


def _undetermined(facts: Facts) -> _Answer:
    """Say what is known, and what is missing to say more."""
    moved = tuple(one.column for one in facts.features if one.moved)
    seen = moved_facts(facts.features, "features")
    if facts.features and not seen:
        held = all(one.held for one in facts.features)
        unsure = sum(not one.held for one in facts.features)
        seen = (
            held_fact(facts.features, "features")
            if held
            else f"{unsure} of {len(facts.features)} features have too few rows to say",
        )
    seen += moved_facts(facts.outputs, "scores and predictions")
    missing = () if facts.has_labels else ("no labels: the error is not known",)
    text = "The counts do not tell one cause from another."
    return UNDETERMINED, text, (*error_fact(facts), *seen, *missing), moved


def _pattern(scene: Scene, columns: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Name how it came, and say what speaks for that."""
    regime = nearest_regime(
        scene.reference.cells,
        scene.current,
        scene.usual,
        regimes=scene.regimes,
        columns=columns,
    )
    if regime is not None:
        return "recurring", ("an earlier time was like this one",)
    found = pattern_of([size for _, size in scene.series])
    if found.name in {"constant", "unclear"} or found.start is None:
        return "unclear", ()
    begun = scene.series[found.start][0].start.date().isoformat()
    fact = (
        f"the size changed from {begun} on (ΔBIC {figure(round(found.margin, 1))})",
    )
    if found.name == "gradual" and _moves(scene, columns, found.start):
        return "incremental", fact
    if found.name == "transient":
        return "unclear", (f"the size rose on {begun} and went back",)
    return found.name, fact


def _moves(scene: Scene, columns: tuple[str, ...], start: int) -> bool:
    """Whether all rows moved ever more, rather than ever more rows."""
    history = scene.history
    if len(history) != len(scene.series) or len(history) - start < _BETWEEN + 1:
        return False
    for name in columns:
        if any(name not in part.counts for part in (scene.usual, *history[start:])):
            continue
        windows = [part.counts[name].cells for part in history[start:-1]]
        before = scene.usual.counts[name].cells
        if mixtures(before, history[-1].counts[name].cells, windows) < _MIXTURE:
            return True
    return False
