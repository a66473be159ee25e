"""What is said on stderr beside the answers: why there is none, warnings, how a question was read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from textwrap import wrap

from sqlcoder_core.cli.terminal import wants_colour, width
from sqlcoder_core.values.answer import Answer
from sqlcoder_core.values.options import Options
from sqlcoder_core.values.printable import printable, printable_lines
from sqlcoder_core.values.problem import Problem, Severity

_TOLD = 12
"""Tables that `--explain` names."""
_STYLES = {"error": "31", "warning": "33", "note": "2", "bold": "1", "dim": "2"}


class Notices:
    """Writes to stderr; `-q` leaves the errors, and warnings that say a result is not whole."""

    def __init__(self, options: Options, *, several: bool = False) -> None:
        self.options = options
        self._several = several
        self._colour = wants_colour(sys.stderr, options)

    def problem(self, problem: Problem) -> None:
        """One finding, on one line."""
        if not self.options.quiet or problem.severity == "error":
            self._say(problem.severity, _told(problem))

    def note(self, text: str) -> None:
        """Something worth knowing, unless -q."""
        if not self.options.quiet:
            self._say("note", text)

    def outcome(self, answer: Answer) -> None:
        """Why there is no answer; nothing for one that was answered."""
        if answer.status == "answered":
            return
        name = f"{answer.question.id}: " if self._several else ""
        reasons = "; ".join(_told(problem) for problem in answer.problems if problem.severity != "note") or "no reason was given"
        self._print(f"sqlcoder: {name}", answer.status, "error", f": {printable(reasons)}")
        if sys.stderr.isatty() and not self.options.quiet:
            for line in self._closer_look(answer):
                print(line, file=sys.stderr)

    def warnings(self, answer: Answer) -> None:
        """What to mind about an answer, where the sink does not show it."""
        name = f"{answer.question.id}: " if self._several else ""
        if answer.result is not None and answer.result.truncated:
            self._say("warning", f"{name}only the first {len(answer.result.rows):,} rows: cut by the limit on {answer.result.truncated}")
        for problem in answer.problems if answer.status == "answered" else ():
            if problem.severity == "warning" and not self.options.quiet:
                self._say("warning", name + _told(problem))

    def tried(self, answer: Answer) -> None:
        """What was tried, repaired and compared before the answer, for -v; nothing where the first statement was right."""
        for line in answer.trail if self.options.verbose and not self.options.quiet else ():
            self._say("note", line)

    def explanation(self, answer: Answer, *, shown: bool) -> None:
        """How the question was read and what it took; `shown` says that the answer itself shows reading and problems."""
        print(file=sys.stderr)
        for line in explained(replace(answer, reading=(), problems=()) if shown else answer):
            print(self._paint(line, "bold") if not line.startswith(" ") else line, file=sys.stderr)

    def _closer_look(self, answer: Answer) -> Iterator[str]:
        for problem in answer.problems:
            if answer.sql and problem.span:
                yield from pointed_at(answer.sql, problem.span)
                return
        for other in answer.alternatives:
            yield self._paint("  it may mean" + "".join(f", “{one.phrase}”: {printable(one.meaning)}" for one in other.reading), "dim")
            yield from ("    " + line for line in printable_lines(other.sql).splitlines())

    def _say(self, severity: Severity, text: str) -> None:
        self._print("", f"{severity}:", severity, f" {printable(text)}")

    def _print(self, before: str, word: str, style: str, after: str) -> None:
        """One line; on a terminal broken between words, with `word` in its colour."""
        text = before + word + after
        first, *rest = wrap(text, max(width(), 20), subsequent_indent="  ", break_on_hyphens=False) if sys.stderr.isatty() else [text]
        print(first.replace(word, self._paint(word, style), 1), *rest, sep="\n", file=sys.stderr)

    def _paint(self, text: str, style: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self._colour else text


def pointed_at(sql: str, span: tuple[int, int]) -> Iterator[str]:
    """The line that a span begins in, and marks under the span's part of it."""
    start = sql.rfind("\n", 0, span[0]) + 1
    line = sql[start:].split("\n", 1)[0]
    before = printable(line[: span[0] - start])
    marked = printable(line[span[0] - start : max(span[1], span[0] + 1) - start])
    yield "  " + printable(line)
    yield "  " + " " * len(before) + "^" * max(len(marked), 1)


def explained(answer: Answer) -> Iterator[str]:
    """Headings at the margin, their lines indented: reading, problems, alternatives, what was tried, times, signature."""
    facts = [f"route {answer.route}", f"dialect {answer.dialect}"]
    if answer.confidence is not None:
        facts.insert(0, f"confidence {answer.confidence:.2f}")
    yield from _section("answer", [f"{answer.status}, {', '.join(facts)}"])
    yield from _section("reading", [f"“{one.phrase}” is {one.meaning}" for one in answer.reading])
    yield from _section("problems", [f"{one.severity}: {_told(one)}" for one in answer.problems])
    for number, other in enumerate(answer.alternatives, 1):
        meanings = [f"“{one.phrase}” is {one.meaning}" for one in other.reading]
        yield from _section(f"alternative {number}", [*meanings, *other.sql.splitlines()])
    yield from _section("candidates", list(answer.trail))
    yield from _section("milliseconds", [", ".join(f"{step} {spent:,.1f}" for step, spent in answer.timings_ms)])
    yield from _section("prompt", list(_prompt(dict(answer.signature))))
    yield from _section("signature", [f"{name} {value}" for name, value in answer.signature if not _of_the_prompt(name)])


def _of_the_prompt(name: str) -> bool:
    return name in ("shown", "left_out", "tokens") or _of_a_repair(name)


def _of_a_repair(name: str) -> bool:
    return name.startswith("repair_") and name.endswith("_tokens")


def _prompt(signature: dict[str, str]) -> Iterator[str]:
    """What a model was given to read, in short: the whole is in the answer's signature."""
    tables = [table for table in signature.get("shown", "").split("; ") if table]
    if tables:
        names = [table.partition("(")[0] for table in tables]
        columns = sum(table.count(",") + (not table.endswith("()")) for table in tables)
        rest = f", and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
        yield f"{_many(len(names), 'table')}, {_many(columns, 'column')}: {', '.join(names[:_TOLD])}{rest}"
    if signature.get("left_out"):
        yield f"left out for want of room: {signature['left_out']}"
    if signature.get("tokens"):
        yield f"tokens: {signature['tokens']}"
    yield from (f"tokens, {name[: -len('_tokens')].replace('_', ' ')}: {value}" for name, value in signature.items() if _of_a_repair(name))


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _section(heading: str, lines: list[str]) -> Iterator[str]:
    if any(lines):
        yield heading
        yield from (f"  {printable(line)}" for line in lines)


def _told(problem: Problem) -> str:
    text = f"{problem.place}: {problem.message}" if problem.place else problem.message
    return f"{text}; {problem.hint}" if problem.hint else text
