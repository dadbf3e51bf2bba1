"""``leeboard check``: ask the library, show the answer, write the files asked for."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leeboard.check import check
from leeboard.cli._files import check_places, write_whole
from leeboard.cli._progress import watched
from leeboard.cli._terminal import console, say, tell
from leeboard.config import is_profile
from leeboard.errors import ConfigError
from leeboard.report import FAIL_ON, Report
from leeboard.verdicts.verdict import State

__all__ = ["Request", "names", "run", "scores", "states"]

_STANDARD_OUTPUT = "-"
_NONE = "none"


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line.

    Parameters
    ----------
    reference, current : str
        Paths.
    options : mapping of str to value
        Of ``leeboard.check``.
    fail_on : collection of State
        States of columns that make the exit code 1.
    outputs : mapping of form to path or None
        ``-``: standard output.
    """

    reference: str
    current: str
    options: Mapping[str, Any]
    fail_on: Collection[State]
    outputs: Mapping[str, str | None]


def run(request: Request) -> int:
    """Check, and return the exit code."""
    wanted = {form: path for form, path in request.outputs.items() if path is not None}
    printed = [form for form, path in wanted.items() if path == _STANDARD_OUTPUT]
    if len(printed) > 1:
        raise ConfigError(
            code="same_output",
            where=" and ".join(f"--{form}" for form in printed),
            found="standard output for more than one",
            expected="one of them there",
            fix="Name a file for the others.",
        )
    check_places(path for path in wanted.values() if path != _STANDARD_OUTPUT)
    if request.options["schema"] is not None and is_profile(request.reference):
        raise ConfigError(
            code="schema_with_profile",
            where="--schema",
            found="a schema beside a saved profile, which has its own",
            expected="one of them",
            fix="Leave --schema out, or save the profile by it: leeboard init"
            " REFERENCE --schema FILE --reviewed.",
        )
    with watched(request.reference, request.current) as (reference, current):
        report = check(reference, current, **request.options)
        texts = {form: _text(report, form, request.fail_on) for form in wanted}
    if printed:
        say(texts[printed[0]])
    else:
        _show(report)
    for form, path in wanted.items():
        if path != _STANDARD_OUTPUT:
            write_whole(path, texts[form])
            tell(f"wrote {path}")
    return report.exit_code(request.fail_on)


def _text(report: Report, form: str, fail_on: Collection[State]) -> str:
    match form:
        case "html":
            return report.to_html()
        case "json":
            return report.to_json()
        case "markdown":
            return report.to_markdown()
    from leeboard.pages.junit import render_junit

    return render_junit(report.findings, fail_on)


def _show(report: Report) -> None:
    from leeboard.pages.text import render_text

    out = console()
    with out.capture() as captured:
        render_text(report.findings, out)
    say(captured.get())


def names(option: str, given: Sequence[str] | None) -> list[str] | None:
    """Names of columns from an option that takes lists and may be given again.

    >>> names("--columns", ["a,b", '"c,d"'])
    ['a', 'b', 'c,d']
    """
    if not given:
        return None
    found: list[str] = []
    for text in given:
        try:
            found += next(csv.reader([text], skipinitialspace=True, strict=True), [])
        except csv.Error as error:
            raise _bad(option, text, f"names separated by commas ({error})") from None
    if not all(found):
        raise _bad(option, ",".join(given), "no empty name")
    return list(dict.fromkeys(found))


def scores(given: Sequence[str] | None) -> str | dict[str, str] | None:
    """Column of the score, or those of several classes.

    >>> scores(["p"]), scores(["a=p_a", "b=p_b"])
    ('p', {'a': 'p_a', 'b': 'p_b'})
    """
    if not given:
        return None
    if len(given) == 1:
        return given[0]
    found = {}
    for text in given:
        name, sign, column = text.partition("=")
        if not (name and sign and column):
            raise _bad("--score", text, "CLASS=COLUMN, as it is given more than once")
        found[name] = column
    return found


def states(given: Sequence[str] | None) -> frozenset[State]:
    """States from ``--fail-on``.

    >>> sorted(states(["moved,unsure"]))
    [<State.MOVED: 'moved'>, <State.UNSURE: 'unsure'>]
    """
    if not given:
        return FAIL_ON
    known = [State.MOVED.value, State.FAILED.value, State.UNSURE.value, _NONE]
    found = names("--fail-on", given) or []
    for name in found:
        if name not in known:
            raise _bad("--fail-on", name, "one of " + ", ".join(known))
    if _NONE in found:
        if len(found) > 1:
            raise _bad("--fail-on", ",".join(found), "none alone, or states")
        return frozenset()
    return frozenset(State(name) for name in found)


def _bad(option: str, found: str, expected: str) -> ConfigError:
    return ConfigError(
        code="usage",
        where=option,
        found=repr(found),
        expected=expected,
        fix="See leeboard check --help.",
    )
