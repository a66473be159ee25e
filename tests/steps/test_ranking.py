"""What speaks for a candidate and what against it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sqlcoder_core.linking.answer_shape import Shape
from sqlcoder_core.steps.ranking import Ranking, ceiling
from sqlcoder_core.values.checked import Executed

from .scripted import DOUBT, checked, ran, rows

READINGS, TRIES = Ranking(), Ranking(votes=True)
NUMBER = Shape(kind="one number")


def best(ranking: Ranking, *executed: Executed) -> str:
    return ranking.best_first(executed)[0].checked.candidate.sql


def test_readings_stand_in_the_proposers_order_whoever_agrees() -> None:
    assert best(READINGS, ran("a", rows(1), score=0.5), ran("b", rows(2)), ran("c", rows(2))) == "a"


def test_tries_with_the_same_rows_vote_for_each_other() -> None:
    assert best(TRIES, ran("a", rows(1), score=0.9), ran("b", rows(2), score=0.8), ran("c", rows(2), score=0.7)) == "b"


def test_equal_votes_go_by_score() -> None:
    assert best(TRIES, ran("a", rows(1), score=0.7), ran("b", rows(2), score=0.9)) == "b"


def test_one_try_that_is_much_surer_outweighs_two_that_guess() -> None:
    assert best(TRIES, ran("a", rows(1), score=0.9), ran("b", rows(2), score=0.3), ran("c", rows(2), score=0.3)) == "a"


@pytest.mark.parametrize("ranking", [READINGS, TRIES])
def test_a_doubt_that_was_proved_puts_a_candidate_behind_a_clean_one(ranking: Ranking) -> None:
    assert best(ranking, ran("a", rows(1), doubts=[DOUBT]), ran("b", rows(2), score=0.2)) == "b"


@pytest.mark.parametrize("votes", [False, True])
def test_rows_that_clearly_miss_the_shape_come_behind_those_that_fit(votes: bool) -> None:
    assert best(Ranking(shape=NUMBER, votes=votes), ran("a", rows(1, 2)), ran("b", rows(2), score=0.2)) == "b"


def test_a_result_that_says_nothing_has_half_a_voice() -> None:
    assert best(TRIES, ran("a", rows(), score=0.8), ran("b", rows(), score=0.8), ran("c", rows(1), score=0.9)) == "c"


# ---------------------------------------------------------------------- when to stop


def test_a_clean_reading_that_ran_settles_it() -> None:
    assert READINGS.settled([ran("a", rows(1))], [checked("b"), checked("c")])


def test_nothing_is_settled_before_there_are_rows() -> None:
    assert not READINGS.settled([], [checked("b")])
    assert not READINGS.settled([ran("a")], [checked("b")])


def test_a_doubtful_reading_leaves_the_question_to_clean_ones_only() -> None:
    doubtful = [ran("a", rows(1), doubts=[DOUBT])]
    assert not READINGS.settled(doubtful, [checked("b")])
    assert READINGS.settled(doubtful, [checked("b", doubts=[DOUBT])])


def test_a_misfit_lets_the_next_reading_try() -> None:
    assert not Ranking(shape=NUMBER).settled([ran("a", rows(1, 2))], [checked("b")])


def test_votes_are_cast_until_the_rest_cannot_turn_them() -> None:
    waiting = [checked("b"), checked("c")]
    assert not TRIES.settled([ran("a", rows(1))], waiting)
    assert TRIES.settled([ran("a", rows(1)), ran("b", rows(1))], waiting[1:])
    assert not TRIES.settled([ran("a", rows(1)), ran("b", rows(2))], waiting[1:])


def test_even_the_surest_try_is_compared_with_another() -> None:
    assert not TRIES.settled([ran("a", rows(1), score=1.0)], [checked("b", score=0.1)])
    assert TRIES.settled([ran("a", rows(1), score=1.0), ran("b", rows(2), score=0.1)], [checked("c", score=0.1)])


def test_doubtful_tries_do_not_vote_against_clean_ones() -> None:
    assert TRIES.settled([ran("a", rows(1))], [checked("b", doubts=[DOUBT]), checked("c", doubts=[DOUBT])])


def test_an_unsure_try_may_vote_on_a_sure_one_and_an_unsure_reading_is_not_run() -> None:
    sure, unsure = checked("a", score=0.9), checked("b", score=0.6)
    assert TRIES.worth_running(unsure, [sure, unsure], 0.8)
    assert not TRIES.worth_running(unsure, [unsure], 0.8)
    assert READINGS.worth_running(sure, [sure, unsure], 0.8)
    assert not READINGS.worth_running(unsure, [sure, unsure], 0.8)


# ---------------------------------------------------------------------- confidence


def test_a_readings_own_score_stands_when_nothing_speaks_against_it() -> None:
    one = ran("a", rows(1), score=0.83)
    assert READINGS.confidence(one, [one, ran("b", rows(2), score=0.8)]) == pytest.approx(0.83)


def test_doubts_misfits_and_repairs_lower_it_by_the_formula() -> None:
    doubtful, repaired, odd = (
        ran("a", rows(1), score=0.8, doubts=[DOUBT]),
        ran("a", rows(1), score=0.8, repairs=("x", "y")),
        ran("a", rows(1, 2), score=0.8),
    )
    assert READINGS.confidence(doubtful, [doubtful]) == pytest.approx(0.8 * 0.7)
    assert READINGS.confidence(repaired, [repaired]) == pytest.approx(0.8 * 0.85**2)
    assert Ranking(shape=NUMBER).confidence(odd, [odd]) == pytest.approx(0.8 * 0.6)


def test_two_doubts_of_one_kind_are_one_reason() -> None:
    twice = ran("a", rows(1), score=0.8, doubts=[DOUBT, replace(DOUBT, message="pets.kind is never 'bird'")])
    assert READINGS.confidence(twice, [twice]) == pytest.approx(0.8 * 0.7)


def test_agreement_of_all_tries_leaves_the_score_and_a_lone_winner_loses_some() -> None:
    first = ran("a", rows(1), score=0.9)
    assert TRIES.confidence(first, [first, ran("b", rows(1), score=0.9)]) == pytest.approx(0.9)
    assert TRIES.confidence(first, [first, ran("b", rows(2), score=0.9)]) == pytest.approx(0.9 * (0.4 + 0.6 * 0.5))


def test_a_try_that_is_far_behind_takes_nothing_away() -> None:
    first = ran("a", rows(1), score=0.9)
    assert TRIES.confidence(first, [first, ran("b", rows(2), score=0.6)]) == pytest.approx(0.9)


def test_confidence_never_rises_above_what_is_known_before_the_run() -> None:
    for one in (ran("a", rows(1)), ran("a", rows(1, 2), doubts=[DOUBT]), ran("a", rows(), repairs=("x",))):
        for ranking in (Ranking(shape=NUMBER), Ranking(shape=NUMBER, votes=True)):
            assert ranking.confidence(one, [one, ran("b", rows(9))]) <= ceiling(one.checked)
