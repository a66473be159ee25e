"""Gold queries and their instances in, how many nearly right queries the instances tell from the golds out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlcoder_core.errors import SqlcoderError
from sqlcoder_core.evaluation.fuzz.equivalence import Likeness, Same
from sqlcoder_core.evaluation.fuzz.golds import parsed
from sqlcoder_core.evaluation.fuzz.instances import Instances
from sqlcoder_core.evaluation.fuzz.mutants import KINDS, Mutant, mutants_of
from sqlcoder_core.evaluation.fuzz.shape import shape_of
from sqlcoder_core.evaluation.matching import exact, strict, subset
from sqlcoder_core.evaluation.records import Base, MutantKill, Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether one mutant was told from every gold, by the *correct* measure and by the strict one.

    `correct` is None where that measure cannot see the change at all: it drops duplicate rows.
    """

    mutant: Mutant
    correct: bool | None
    strict: bool


def kill(base: Base, golds: Sequence[str], instances: Instances) -> MutantKill:
    """Mutants of the golds that some instance tells from each of them, by kind.

    Mutants that are seen to mean the same, and those that the engine does not run, are not counted. Raises UsageError for golds
    that cannot be read.
    """
    return counted(verdicts(base, golds, instances))


def added(kills: Iterable[MutantKill]) -> MutantKill:
    """The sum over several questions."""
    kinds: dict[str, list[int]] = {}
    found = list(kills)
    for one in found:
        for kind, mutants, killed, strictly, told in _aligned(one):
            kinds[kind] = [sum(pair) for pair in zip(kinds.get(kind, [0] * 4), (mutants, killed, strictly, told), strict=True)]
    ordered = sorted(kinds.items(), key=lambda item: list(KINDS).index(item[0]) if item[0] in KINDS else len(KINDS))
    return MutantKill(
        mutants=sum(one.mutants for one in found),
        killed=sum(one.killed for one in found),
        kinds=tuple((kind, counts[0], counts[1]) for kind, counts in ordered),
        strict_kinds=tuple((kind, counts[2], counts[3]) for kind, counts in ordered),
    )


def counted(judged: Iterable[Verdict]) -> MutantKill:
    """Verdicts as figures."""
    found = list(judged)
    seen = [one for one in found if one.correct is not None]
    kinds = [kind for kind in KINDS if any(one.mutant.kind == kind for one in found)]
    return MutantKill(
        mutants=len(seen),
        killed=sum(bool(one.correct) for one in seen),
        kinds=tuple((kind, *_tally([bool(one.correct) for one in seen if one.mutant.kind == kind])) for kind in kinds),
        strict_kinds=tuple((kind, *_tally([one.strict for one in found if one.mutant.kind == kind])) for kind in kinds),
    )


def verdicts(base: Base, golds: Sequence[str], instances: Instances) -> Iterator[Verdict]:
    """Each mutant of the first gold that can be read, with what became of it."""
    trees = parsed(golds, instances.dialect)
    wanted = [rows for rows in map(instances.rows, golds) if all(isinstance(one, Rows) for one in rows)]
    if not trees or not wanted:
        return
    shape = shape_of(base)
    ordered = trees[0].args.get("order") is not None
    seen = Likeness(trees[0], shape, instances.dialect)
    for mutant in mutants_of(trees[0], shape, instances.dialect):
        likeness = seen.of(mutant)
        if likeness is not Same.ROWS:
            found = _told_apart(mutant, wanted, instances, ordered=ordered)
            if found is not None:
                correct, strictly = found
                yield Verdict(mutant=mutant, correct=None if likeness is Same.SET else correct, strict=strictly)


def _told_apart(mutant: Mutant, wanted: Sequence[Sequence[Rows | str]], instances: Instances, *, ordered: bool) -> tuple[bool, bool] | None:
    """By the correct measure and by the strict one; None for a mutant that does not run. Stops at the first instance that settles it."""
    loose, close = set(range(len(wanted))), set(range(len(wanted)))
    try:
        query = instances.checked(mutant.sql)
        for index in range(len(instances)):
            ours = instances.run(index, query)
            for place in list(loose | close):
                gold = wanted[place][index]
                assert isinstance(gold, Rows)
                if not (exact(gold, ours, ordered=ordered) or subset(gold, ours, ordered=ordered)):
                    loose.discard(place)
                if not strict(gold, ours, ordered=ordered):
                    close.discard(place)
            if not loose and not close:
                break
    except SqlcoderError:
        return None
    return not loose, not close


def _tally(told: Sequence[bool]) -> tuple[int, int]:
    return len(told), sum(told)


def _aligned(one: MutantKill) -> Iterator[tuple[str, int, int, int, int]]:
    by_strict = {kind: (mutants, killed) for kind, mutants, killed in one.strict_kinds}
    for kind, mutants, killed in one.kinds:
        yield (kind, mutants, killed, *by_strict.get(kind, (0, 0)))
