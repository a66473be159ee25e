"""Chunks in, frame out: the recognisers in the order in which they are tried at each place."""

from __future__ import annotations

from collections.abc import Callable

from sqlcoder_builtin.clauses import (
    adjectives,
    after_dates,
    agents,
    ages,
    asked_averages,
    attributes,
    bare_names,
    bare_numbers,
    beyond_others,
    busiest_units,
    column_bounds,
    commonest,
    conditions,
    deeds,
    done,
    edges,
    elapsed,
    entities,
    extremes,
    first_ones,
    flags,
    frames,
    going_on,
    grouping,
    heads,
    how_often,
    ignored,
    kept_units,
    known_kinds,
    last_relations,
    left_joins,
    limits_said,
    linking_verbs,
    listings,
    long_times,
    never_so,
    offset_averages,
    ordering,
    ran_out,
    rates,
    relation_figures,
    relations,
    restated,
    role_tables,
    some_of_them,
    somebody,
    superlatives,
    text_matches,
    times,
    times_most,
    tops,
    two_figures,
    undone,
    units_counted,
    units_said,
    values,
    wanted_lists,
)
from sqlcoder_builtin.parse import Parse
from sqlcoder_core.api import singular

Recogniser = Callable[[Parse, int], int | None]

RECOGNISERS: tuple[Recogniser, ...] = (
    going_on.now,
    going_on.ongoing,
    ignored.regardless,
    ignored.kind_said,
    left_joins.kept_without,
    last_relations.last_done,
    how_often.this_often,
    how_often.how_often,
    offset_averages.from_average,
    offset_averages.more_than_average,
    units_said.unit_said,
    first_ones.extreme_first,
    limits_said.limit_said,
    limits_said.rounded,
    after_dates.deed_against_date,
    after_dates.against_date,
    after_dates.late,
    undone.undone,
    done.owed,
    done.paid_already,
    done.gave_most,
    busiest_units.most_done_when,
    elapsed.elapsed,
    ages.age_asked,
    ran_out.expired,
    ran_out.longest_there,
    times.done_then,
    times.date,
    deeds.not_yet,
    deeds.done_most,
    deeds.deed_noun,
    deeds.dated_verb,
    deeds.having_date,
    rates.rate_of,
    heads.everything,
    column_bounds.bare_column_bound,
    frames.share,
    frames.ratio,
    frames.difference,
    frames.versus,
    frames.more_than,
    frames.growth,
    frames.running,
    kept_units.lasting_bound,
    long_times.lasting,
    long_times.deed_bounded,
    long_times.measured_bound,
    long_times.bounded,
    long_times.extreme,
    times.span,
    times.in_units,
    times.from_to,
    times.deed_time,
    times.averaged_deed,
    asked_averages.on_average,
    listings.people_names,
    tops.top,
    relation_figures.summed_relation,
    relation_figures.ranked_relation,
    relation_figures.how_often,
    relations.acted_times,
    relations.counted_relation,
    agents.agent,
    bare_numbers.years_old,
    beyond_others.beyond_others,
    conditions.comparison,
    kept_units.unit_bound,
    bare_numbers.bare_comparison,
    text_matches.bare_text,
    bare_numbers.comparative,
    tops.by_measure,
    ordering.by_figure,
    times_most.times_most,
    commonest.most_done,
    extremes.extreme,
    asked_averages.how_old,
    some_of_them.counted_among,
    units_counted.counted_unit,
    heads.count,
    commonest.largest_value,
    heads.aggregate,
    superlatives.superlative,
    commonest.common,
    edges.edge,
    ordering.sort,
    ordering.direction,
    grouping.group,
    grouping.periodic,
    grouping.in_unit,
    flags.missing,
    flags.happened,
    never_so.never_compared,
    never_so.never_used,
    relations.existence,
    flags.known,
    listings.along,
    relations.involved,
    relations.acted,
    deeds.deed,
    values.from_place_to_place,
    known_kinds.known_kind,
    attributes.sort_of_thing,
    attributes.numbered,
    attributes.number_of_things,
    values.column_value,
    values.value_column,
    adjectives.worded,
    adjectives.held,
    values.value_as,
    entities.gender,
    values.contained,
    values.alone,
    flags.flag,
    done.given,
    frames.term_filter,
    bare_names.bare_measure,
    bare_names.column_or_table,
)
"""First match wins; the special ones stand before the general ones."""

_OPEN_WHERE = ("that", "whose", "with", "but")


def recognise(p: Parse) -> None:
    """Fill the frame from left to right."""
    somebody.spoken_of(p)
    role_tables.in_roles(p)
    two_figures.figures(p, recognise)
    entities.qualified(p)
    again = wanted_lists.listing(p)
    again = None if again is not None and (p.chunks[again.start].start, "restated", "") in p.refused else again
    at = 0
    while at < len(p.chunks):
        if again is not None and at == again.start:
            p.decided.append((p.chunks[again.start].start, "restated", ""))
            restated.take(p, again)
            at = again.tail
            continue
        after = _decide(p, at)
        if after is None:
            _pass_over(p, at)
            after = at + 1
        at = max(after, at + 1)
    superlatives.by_what_is_shown(p)
    for at, chunk in enumerate(p.chunks):
        if chunk.is_cue("on average") and not chunk.used:
            # Said before what is averaged.
            asked_averages.on_average(p, at)
    linking_verbs.pass_over(p)


def _decide(p: Parse, at: int) -> int | None:
    """The end of the first clause that is found at a place and was not refused there."""
    for recogniser in RECOGNISERS:
        refusal = (p.chunks[at].start, recogniser.__name__, "")
        if refusal not in p.refused and (end := recogniser(p, at)) is not None:
            p.decided.append(refusal)
            return end
    return None


def _counted_thing(p: Parse, at: int) -> bool:
    """ "silver medals", "adult guests": the noun behind a column of numbers that is called by the adjective."""
    chunk, before = p.chunks[at], p.chunk(at - 1)
    if chunk.kind != "word" or chunk.capital or before is None or before.kind != "name" or not before.used or p.table(at - 1) is not None:
        return False
    said, column = chunk.text.lower(), p.column(at - 1, p.numbers, floor=0.9)
    return singular(said) != said and column is not None and p.is_measure(column)


def _pass_over(p: Parse, at: int) -> None:
    """A chunk that no recogniser wanted: it may open a relative clause, or ask for something again."""
    chunk = p.chunks[at]
    if _counted_thing(p, at):
        chunk.used = True
        p.frame.doubts += 0.05
    if chunk.is_cue("between") and p.frame.difference_at >= 0:
        chunk.used = True
    if chunk.is_cue("like") and (p.is_cue(p.past(at + 1), "gt", "ge", "lt", "le", "eq") or p.table(p.past(at + 1)) is not None):
        # "orders that contain more than 5 lines", "orders containing a lamp": no text is matched, rows are held.
        chunk.used = True
        p.zone = "where"
    if chunk.is_cue(*_OPEN_WHERE) and p.frame.subject is not None:
        p.zone = "where"
    elif chunk.is_cue("show") and p.zone == "where" and at > 0 and p.chunks[at - 1].word in (",", ".", "?", "!", ";"):
        p.zone = "select"
    elif chunk.is_cue("distinct"):
        p.frame.distinct = True
        chunk.used = True
    elif chunk.is_cue("both"):
        p.frame.both = True
    if chunk.is_cue(
        "show",
        "and",
        "that",
        "with",
        "whose",
        "all",
        "only",
        "ever",
        "or",
        "both",
        "by",
        "per",
        "but",
        "eq",
        "first",
        "when",
        "where",
        "how much",
    ):
        chunk.used = True
