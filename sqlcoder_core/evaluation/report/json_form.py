"""A report as JSON, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from sqlcoder_core.errors import UsageError
from sqlcoder_core.evaluation.records import Judged, MutantKill, Report, Rows
from sqlcoder_core.evaluation.report import calibration
from sqlcoder_core.evaluation.report.figures import Group, answers, bases, categories, figures, tags, unanswerable, unscored
from sqlcoder_core.values.answer_json import json_text, json_value
from sqlcoder_core.whole_file import named_errors

FORMAT = "sqlcoder-eval-report"
VERSION = 1


def report_json(report: Report) -> str:
    """The report as a JSON object, one question per line, ending with a line feed. Keys, which scripts may rely on:

    `format` (always "sqlcoder-eval-report"), `version` (1; it rises when a key changes its meaning), `suite`, `kind`, `seconds`,
    `interrupted`; `signature`: an object of texts; `kill`: null or {`mutants`, `killed`, `rate`, `kinds`: [[kind, mutants, killed]]}.

    `figures`: what the tables show, made from the questions and not read back. `all`, and one object for each of `categories`,
    `tags`, `databases` by name, have `n`, `correct`, `exact`, `subset`, `strict`, `valid`, `answered`, `abstained`, `failed`, `misled`
    (counts; the last is answers to unanswerable questions), `p50_ms`, `p95_ms`, `tokens_read`, `tokens_written` (null where not
    known). `answers` {`given`, `right`, `precision`} counts answers to unanswerable questions too; `unanswerable` {`n`, `right`,
    `wrong`, `failed`}; `unscored` {reason: questions}; `calibration` {`answers`, `expected_error`, `brier`, `area_under_risk`} (null
    without confidences).

    `questions`: one object each with the fields of `records.Judged` by the same names: `id`, `question`, `base`, `category`, `tags`,
    `answerable`, `status`, `outcome`, `exact`, `subset`, `strict`, `valid`, `why`, `sql`, `gold`, `confidence`, `latency_ms`,
    `tokens` (null or [read, written]), `problems`, `ours` and `golds` (null or {`columns`, `rows`}), `place`. Cells are as in
    `ask --format json`: ISO 8601 dates and times, decimals as text when a float would lose digits, base64 bytes, text for NaN.
    """
    return "".join(_lines(report))


def read_report(path: Path | str) -> Report:
    """The report in a file that `report_json` made; cells stay as JSON has them.

    Raises FileError for a file that cannot be read, UsageError for one that is no report, is damaged, or comes from a newer version.
    """
    with named_errors(path, "read"):
        content = Path(path).read_bytes()
    return parse_report(content, str(path))


def parse_report(content: bytes | str, place: str) -> Report:
    """Like `read_report`, from text that is at hand; `place` names it in errors."""
    found = _object(content, place)
    values: dict[str, Any] = {name: found[name] for name in ("suite", "kind", "seconds", "interrupted") if name in found}
    signature = _converted(found.get("signature", {}), dict[str, str], place, "signature")
    judged = _converted(found.get("questions"), tuple[Judged, ...], place, "questions")
    kill = _converted(found.get("kill"), MutantKill | None, place, "kill")
    report: Report = _converted({"judged": (), **values}, Report, place, "")
    return replace(report, judged=judged, signature=tuple(signature.items()), kill=kill)


def _lines(report: Report) -> Iterator[str]:
    head: dict[str, object] = {"format": FORMAT, "version": VERSION, "suite": report.suite, "kind": report.kind}
    head |= {"seconds": round(report.seconds, 3), "interrupted": report.interrupted, "signature": dict(report.signature)}
    head |= {"kill": _kill(report.kill), "figures": figures_object(report)}
    yield "{\n"
    for name, value in head.items():
        yield f" {json_text(name)}: {json_text(value)},\n"
    yield ' "questions": ['
    for number, one in enumerate(report.judged):
        yield ("," if number else "") + "\n  " + json_text(_question(one))
    yield "\n ]\n}\n"


def figures_object(report: Report) -> dict[str, object]:
    """The value of the key `figures`."""
    count, right = answers(report.judged)
    scored = calibration.given(report.judged)
    return {
        "all": asdict(figures(report.judged)),
        "categories": _named(categories(report)),
        "tags": _named(tags(report)),
        "databases": _named(bases(report)),
        "answers": {"given": count, "right": right, "precision": right / count if count else None},
        "unanswerable": asdict(unanswerable(report.judged)),
        "unscored": dict(unscored(report)),
        "calibration": {
            "answers": len(scored),
            "expected_error": calibration.calibration_error(scored),
            "brier": calibration.brier(scored),
            "area_under_risk": calibration.area_under_risk(scored),
        },
    }


def _named(groups: Sequence[Group]) -> dict[str, dict[str, object]]:
    return {group.name: asdict(group.figures) for group in groups}


def _kill(kill: MutantKill | None) -> dict[str, object] | None:
    if kill is None:
        return None
    return {"mutants": kill.mutants, "killed": kill.killed, "rate": kill.rate, "kinds": [list(kind) for kind in kill.kinds]}


def _question(one: Judged) -> dict[str, object]:
    return {each.name: _value(getattr(one, each.name)) for each in fields(one)}


def _value(value: object) -> object:
    if isinstance(value, Rows):
        return {"columns": list(value.columns), "rows": [[json_value(cell) for cell in row] for row in value.rows]}
    return json_value(value)


def _object(content: bytes | str, place: str) -> Mapping[str, Any]:
    try:
        found = json.loads(content)
    # A deeply nested text exhausts the parser; that, too, is no report.
    except (ValueError, RecursionError) as error:
        raise UsageError("this is no report of sqlcoder eval: it is not JSON", place=place, hint=_MADE_BY) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise UsageError(f'this is no report of sqlcoder eval: it has no "format": "{FORMAT}"', place=place, hint=_MADE_BY)
    version = found.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise UsageError(f"the report's version is {json_text(version)}, not a number", place=place, hint=_MADE_BY)
    if version > VERSION:
        raise UsageError(
            f"the report is in format {version}, and this version of SQLCoder reads up to {VERSION}",
            place=place,
            hint="upgrade sqlcoder-core",
        )
    return found


_MADE_BY = "give a file that `sqlcoder eval run --out FILE.json` wrote"


def _converted(value: object, kind: Any, place: str, key: str) -> Any:
    """Check plain JSON against a type and build it; an error names the key."""
    import msgspec

    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"the report is damaged: {_told(str(error), key)}", place=place, hint=_MADE_BY) from error


def _told(message: str, key: str) -> str:
    """ "Expected `str`, got `int` - at `$[3].id`" as "questions[3].id: expected `str`, got `int`"."""
    text, _, where = message.partition(" - at ")
    spot = key + where.strip("`").removeprefix("$") if key else where.strip("`").removeprefix("$.")
    return f"{spot}: {text[:1].lower()}{text[1:]}" if spot else f"{text[:1].lower()}{text[1:]}"
