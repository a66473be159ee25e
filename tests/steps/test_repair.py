"""Repairs: by rules first, then by extensions, then by whoever wrote the statement; bounded, checked, never the same text twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from sqlcoder_core.errors import PluginError
from sqlcoder_core.steps.repair import Problems, Repairs, ask_author
from sqlcoder_core.values.candidate import Candidate, Proposal
from sqlcoder_core.values.checked import CheckedCandidate
from sqlcoder_core.values.problem import Problem

from .scripted import DOUBT, UNKNOWN, checked, ran

WALL = Problem(code="table-hidden", message="hidden by policy", found_by="guard")
REFUSED = Problem(code="database", message="no such function", found_by="engine")


class Workshop:
    """Repairs whose checks know the problem of each text, whose rules and authors know what to put in its place."""

    def __init__(
        self,
        wrong: dict[str, Problem] | None = None,
        *,
        rules: dict[str, list[str]] | None = None,
        guesses: dict[str, list[str]] | None = None,
        extensions: dict[str, list[str]] | None = None,
        author: dict[str, list[str]] | None = None,
        rounds: int = 2,
    ) -> None:
        self.wrong, self._rules, self._extensions, self._author = wrong or {}, rules or {}, extensions or {}, author or {}
        self._guesses = guesses or {}
        self.asked: list[tuple[str, Problems]] = []
        self.looked_at: list[str] = []
        self.repairs = Repairs(check=self.check, rules=self.rules, extensions=self.extensions, author=self.author, rounds=rounds)

    def check(self, candidate: Candidate) -> CheckedCandidate:
        self.looked_at.append(candidate.sql)
        problem = self.wrong.get(candidate.sql)
        facts: dict[str, Any] = (
            {} if problem is None else {"doubts": [problem]} if problem.severity == "warning" else {"problems": [problem]}
        )
        return replace(checked(candidate.sql, **facts), candidate=candidate)

    def rules(self, candidate: Candidate, problems: Problems) -> Iterable[tuple[str, str, bool]]:
        sure, unsure = self._rules.get(candidate.sql, ()), self._guesses.get(candidate.sql, ())
        return [(sql, f"{candidate.sql} -> {sql}", sql in sure) for sql in (*sure, *unsure)]

    def extensions(self, candidate: Candidate, problems: Problems) -> Iterable[Candidate]:
        return [replace(candidate, sql=sql, notes=("renamed",)) for sql in self._extensions.get(candidate.sql, ())]

    def author(self, candidate: Candidate, problems: Problems) -> Proposal:
        self.asked.append((candidate.sql, problems))
        found = self._author.get(candidate.sql, [])
        return Proposal(candidates=tuple(Candidate(sql=sql, proposer="model") for sql in found), record=(("prompt", candidate.sql),))

    def before(self, *texts: str) -> list[str]:
        return [one.candidate.sql for one in self.repairs.before([self.check(Candidate(sql=sql, proposer="model")) for sql in texts])]


def test_clean_candidates_are_left_alone() -> None:
    shop = Workshop(rules={"a": ["b"]}, author={"a": ["c"]})
    assert shop.before("a") == ["a"]
    assert shop.asked == []


def test_what_rules_mend_stands_before_what_it_stands_in_for_and_no_model_is_asked() -> None:
    shop = Workshop({"a": UNKNOWN}, rules={"a": ["b"]}, author={"a": ["c"]})
    assert shop.before("a") == ["b", "a"]
    assert shop.asked == []


def test_it_says_what_was_changed_and_why() -> None:
    shop = Workshop({"a": UNKNOWN}, rules={"a": ["b"]})
    mended, original = shop.repairs.before([shop.check(Candidate(sql="a", proposer="model"))])
    assert mended.candidate.repairs == ("a -> b, since there is no column nme",)
    assert original.candidate.repairs == ()


def test_a_doubt_is_mended_too_and_the_original_stays_behind_it() -> None:
    shop = Workshop({"a": DOUBT}, rules={"a": ["b"]})
    assert shop.before("a") == ["b", "a"]


def test_a_guess_is_offered_behind_what_runs_as_it_is() -> None:
    shop = Workshop({"a": DOUBT}, guesses={"a": ["b"]})
    original, offer = shop.repairs.before([shop.check(Candidate(sql="a", proposer="model"))])
    assert (original.candidate.sql, original.candidate.offered) == ("a", False)
    assert (offer.candidate.sql, offer.candidate.offered, offer.candidate.repairs) == (
        "b",
        True,
        ("a -> b, since pets.kind is never 'fish'",),
    )


def test_a_guess_takes_the_place_of_what_cannot_run() -> None:
    shop = Workshop({"a": UNKNOWN}, guesses={"a": ["b"]})
    assert shop.before("a") == ["b", "a"]
    shop = Workshop(guesses={"a": ["b"]})
    (taken,) = shop.repairs.after(ran("a", problem=REFUSED))
    assert not taken.candidate.offered


def test_behind_a_certain_repair_the_guess_is_offered() -> None:
    shop = Workshop({"a": UNKNOWN, "b": DOUBT}, rules={"a": ["b"]}, guesses={"b": ["c"]})
    assert [(one.candidate.sql, one.candidate.offered) for one in shop.repairs.before([shop.check(Candidate(sql="a", proposer="m"))])] == [
        ("b", False),
        ("a", False),
        ("c", True),
    ]


def test_a_guess_does_not_keep_the_author_from_being_asked() -> None:
    shop = Workshop({"a": DOUBT}, guesses={"a": ["b"]}, author={"a": ["c"]})
    assert shop.before("a") == ["c", "a", "b"]


def test_a_guess_that_makes_nothing_better_is_not_offered() -> None:
    shop = Workshop({"a": DOUBT, "b": DOUBT}, guesses={"a": ["b"]})
    assert shop.before("a") == ["a"]


def test_a_mistake_behind_a_mistake_takes_a_second_step() -> None:
    shop = Workshop({"a": UNKNOWN, "b": replace(UNKNOWN, message="nor kid")}, rules={"a": ["b"], "b": ["c"]})
    mended, _ = shop.repairs.before([shop.check(Candidate(sql="a", proposer="model"))])
    assert mended.candidate.repairs == ("a -> b, since there is no column nme", "b -> c, since nor kid")


def test_mending_that_makes_nothing_better_is_dropped() -> None:
    shop = Workshop({"a": DOUBT, "b": UNKNOWN}, rules={"a": ["b"]})
    assert shop.before("a") == ["a"]


def test_of_several_repairs_the_one_without_fault_is_kept() -> None:
    shop = Workshop({"a": UNKNOWN, "b": DOUBT}, rules={"a": ["b", "c"]})
    assert shop.before("a") == ["c", "a"]


def test_rules_that_never_end_are_ended() -> None:
    shop = Workshop({"a": UNKNOWN} | {f"a{n}": UNKNOWN for n in range(100)})
    shop.rules = lambda candidate, problems: ((f"a{n}", "again", True) for n in range(100))  # type: ignore[method-assign]
    shop.repairs.rules = shop.rules
    assert shop.before("a") == ["a"]
    assert len(shop.looked_at) < 20


def test_extensions_come_after_rules_and_say_what_they_changed() -> None:
    shop = Workshop({"a": UNKNOWN}, extensions={"a": ["b"]}, author={"a": ["c"]})
    mended, _ = shop.repairs.before([shop.check(Candidate(sql="a", proposer="model", notes=("said before",)))])
    assert mended.candidate.repairs[0].endswith("since there is no column nme")
    assert shop.asked == []


def test_the_author_is_asked_where_rules_do_not_help_and_told_why() -> None:
    shop = Workshop({"a": UNKNOWN}, author={"a": ["b"]})
    written, _ = shop.repairs.before([shop.check(Candidate(sql="a", proposer="model"))])
    assert written.candidate.sql == "b"
    assert written.candidate.repairs == ("written anew by model, since there is no column nme",)
    assert shop.asked == [("a", (UNKNOWN,))]
    assert shop.repairs.record == [("repair_1_prompt", "a")]


def test_one_clean_candidate_is_enough_not_to_ask_again() -> None:
    shop = Workshop({"a": UNKNOWN}, author={"a": ["c"]})
    assert shop.before("a", "b") == ["a", "b"]
    assert shop.asked == []


def test_the_second_round_is_about_what_the_first_brought() -> None:
    shop = Workshop({"a": UNKNOWN, "b": DOUBT}, author={"a": ["b"], "b": ["c"]})
    assert shop.before("a") == ["c", "b", "a"]
    assert [sql for sql, _ in shop.asked] == ["a", "b"]


def test_the_author_is_asked_no_more_often_than_allowed() -> None:
    texts = "abcdefgh"
    shop = Workshop(dict.fromkeys(texts, UNKNOWN), author=dict(zip(texts, (list(one) for one in texts[1:]), strict=False)), rounds=3)
    shop.before("a")
    assert [sql for sql, _ in shop.asked] == ["a", "b", "c"]


def test_no_text_is_tried_twice_whatever_its_spaces_or_semicolon() -> None:
    shop = Workshop({"a b": UNKNOWN, "c": UNKNOWN}, rules={"a b": ["a  b;"]}, author={"a b": ["a\nb", "c"], "c": ["a b", "c"]}, rounds=9)
    assert shop.before("a b") == ["a b", "c"]
    assert [sql for sql, _ in shop.asked] == ["a b", "c"]
    assert shop.looked_at == ["a b", "c"]


def test_what_the_author_writes_is_mended_by_rules() -> None:
    shop = Workshop({"a": UNKNOWN, "b": UNKNOWN}, rules={"b": ["c"]}, author={"a": ["b"]})
    assert shop.before("a")[0] == "c"


def test_the_author_is_never_shown_what_rules_have_put_in() -> None:
    """A mended literal is a stored value, which a server may not be allowed to see."""
    shop = Workshop({"a": UNKNOWN, "stored": DOUBT}, rules={"a": ["stored"]}, author={"a": ["b"]})
    assert shop.before("a") == ["b", "stored", "a"]
    assert [sql for sql, _ in shop.asked] == ["a"]
    assert shop.repairs.after(ran("stored", problem=REFUSED)) == ()
    assert [sql for sql, _ in shop.asked] == ["a"]


def test_nobody_is_asked_twice_about_one_statement_with_the_same_problems() -> None:
    shop = Workshop({"a": DOUBT}, author={}, rounds=5)
    assert shop.before("a") == ["a"]
    assert shop.before("a") == ["a"]
    assert len(shop.asked) == 1
    shop.repairs.after(ran("a", problem=REFUSED))
    assert [problems for _, problems in shop.asked] == [(DOUBT,), (REFUSED,)]


def test_with_no_rounds_nothing_is_repaired() -> None:
    shop = Workshop({"a": UNKNOWN}, rules={"a": ["b"]}, author={"a": ["c"]}, rounds=0)
    assert shop.before("a") == ["a"]
    assert shop.repairs.after(ran("x", problem=REFUSED)) == ()
    assert shop.asked == []


def test_nobody_is_asked_for_a_way_around_a_wall() -> None:
    shop = Workshop({"a": WALL}, rules={"a": ["b"]}, extensions={"a": ["c"]}, author={"a": ["d"]})
    assert shop.before("a") == ["a"]
    assert shop.asked == []


# ---------------------------------------------------------------------- after an execution


@pytest.mark.parametrize("sql", ['SELECT "a\\", b', "SELECT /*! 1 */ `a`", "SELECT `a\u200b`"])
def test_text_whose_quotes_engines_may_read_differently_is_not_mended(sql: str) -> None:
    quote = Problem(code="text-quote", message="this does not quote here", found_by="guard")
    shop = Workshop({sql: quote}, rules={sql: ["SELECT 1"]}, author={sql: ["SELECT 1"]})
    assert shop.before(sql) == [sql] and shop.asked == []
    slip = Workshop({"SELECT `a`": quote}, rules={"SELECT `a`": ["SELECT 1"]})
    assert slip.before("SELECT `a`") == ["SELECT 1", "SELECT `a`"]


def test_what_the_database_refuses_goes_through_rules_then_to_the_author() -> None:
    by_rules = Workshop(rules={"a": ["b"]}, author={"a": ["c"]})
    assert [one.candidate.sql for one in by_rules.repairs.after(ran("a", problem=REFUSED))] == ["b"]
    by_author = Workshop(author={"a": ["c"]})
    assert [one.candidate.sql for one in by_author.repairs.after(ran("a", problem=REFUSED))] == ["c"]
    assert by_author.asked == [("a", (REFUSED,))]


@pytest.mark.parametrize("code", ["time_limit", "connection_lost", "engine_relation"])
def test_what_is_not_the_querys_fault_is_not_repaired(code: str) -> None:
    shop = Workshop(rules={"a": ["b"]}, author={"a": ["c"]})
    assert shop.repairs.after(ran("a", problem=replace(REFUSED, code=code))) == ()


def test_rounds_before_and_after_the_run_count_together() -> None:
    shop = Workshop({"a": UNKNOWN}, author={"a": ["b"], "b": ["c"]}, rounds=1)
    assert shop.before("a") == ["b", "a"]
    assert shop.repairs.after(ran("b", problem=REFUSED)) == ()


def test_what_goes_wrong_while_asking_again_is_kept_to_be_said() -> None:
    shop = Workshop({"a": UNKNOWN})
    died = Problem(code="model_died", message="the model's process ended")
    shop.repairs.author = lambda candidate, problems: Proposal(problem=died)
    assert shop.before("a") == ["a"]
    assert [(one.severity, one.message) for one in shop.repairs.problems] == [
        ("note", "model could not be asked again: the model's process ended")
    ]


def test_an_author_that_fails_is_named() -> None:
    class Broken:
        name = "broken"

    def fail() -> Proposal:
        raise KeyError("x")

    with pytest.raises(PluginError, match="runtime 'broken' failed while repairing: KeyError: 'x'"):
        ask_author(Broken(), fail)  # type: ignore[arg-type]
