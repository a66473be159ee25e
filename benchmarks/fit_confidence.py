"""Fit the builtin proposer's weights: how likely each reading of a question is right.

    python benchmarks/fit_confidence.py DATA_DIR [--memory FILE] [--every N] [--held N] [--write] [--report FILE]

Run `benchmarks/analyst_questions/build.py` first. Fitted on two parts of Spider's training set, by schema: the half that rules are
developed on, and a quarter that no rule is written for (also with sampled values, and in Spider-Syn's words); on this project's analysts'
questions (first, second, dev; never frozen); on what came of each round's questions when nobody had seen them (`first_look.py`); and on
the questions of tests/builtin and tests/shop. Printed: cross-validated figures by schema, and with `--held` those of every N-th gold of
the last quarter, which nothing is fitted on. `--write` replaces plugins/sqlcoder_builtin/weights.toml. `--memory` keeps what was
judged, so that another round takes a few minutes.

The model is a logistic regression with L2 regularisation (Newton's method), all readings of a question being examples, those behind the
first with less weight. Sums are then calibrated out of fold: the lead over the next reading enters by a second regression of two terms,
and probabilities are read off a monotone line (pool adjacent violators, in bins).
"""

from __future__ import annotations

import argparse
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from confidence_examples import Example, analysts, kept, public
from confidence_figures import Top, lines_of
from confidence_own_cases import own_cases, shop_questions
from numpy.typing import NDArray

import sqlcoder_builtin.rereading
from sqlcoder_builtin.weighing import FILE, Weights

Vector = NDArray[np.float64]

FOLDS = 5
PENALTY = 10.0
BEHIND = 0.1
"""Weight of a reading behind the first."""
LEAST = 8
"""A trait that fewer readings have gets no weight."""
REACH = 2.0
BINS = 16
PUBLIC = (
    ("spider_train", "dev", False, 2),
    ("spider_train", "fit", False, 1),
    ("spider_train", "fit", True, 3),
    ("spider_syn_train", "fit", False, 2),
)
"""Set, part, whether with sampled values, and every which gold of it."""
SETS = {
    "spider_train": 1.0,
    "spider_train with values": 0.5,
    "spider_syn_train": 0.6,
    "analysts first": 1.0,
    "analysts second": 1.0,
    "analysts dev": 2.0,
    "the parser's own cases": 3.0,
    "the shop's questions": 2.0,
    "first look at round one": 5.0,
    "first look at round two": 5.0,
    "first look at round three": 5.0,
}
"""How much a question of each set counts: most where nobody had seen it when the rules were written."""
APART = ["spider_syn_train"]
"""Sets harder than what is expected of questions not seen: they get an intercept of their own, which is not written."""


@dataclass(slots=True)
class Table:
    """All readings of some questions: `traits` are rows of numbers, `question` the place of the question among the examples."""

    traits: Vector
    sets: Vector
    right: Vector
    weight: Vector
    question: NDArray[np.int64]
    fold: NDArray[np.int64]


def table_of(examples: Sequence[Example], names: Sequence[str], sets: Sequence[str]) -> Table:
    """Readings as rows; a set that is not among `sets` has no intercept of its own."""
    rows = [(at, place, reading) for at, one in enumerate(examples) for place, reading in enumerate(one.readings)]
    places = {name: at for at, name in enumerate(names)}
    traits, intercepts = np.zeros((len(rows), len(names))), np.zeros((len(rows), len(sets)))
    for row, (at, _, reading) in enumerate(rows):
        for name, amount in reading.traits.items():
            if name in places:
                traits[row, places[name]] = amount
        if examples[at].source in sets:
            intercepts[row, sets.index(examples[at].source)] = 1.0
    weight = [SETS.get(examples[at].source, 1.0) * (1.0 if place == 0 else BEHIND) for at, place, _ in rows]
    fold = [fold_of(examples[at].group) for at, _, _ in rows]
    right = [float(reading.right) for _, _, reading in rows]
    return Table(traits, intercepts, np.array(right), np.array(weight), np.array([at for at, _, _ in rows]), np.array(fold))


def fold_of(group: str) -> int:
    """By the schema's name, so that no schema is in two folds."""
    return int(hashlib.sha256(group.encode()).hexdigest(), 16) // 2 % FOLDS


# ------------------------------------------------------------------ regression


def sigmoid(sums: Vector) -> Vector:
    """1 / (1 + e**-x)."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(sums, -30, 30))))


def regression(traits: Vector, right: Vector, weight: Vector, penalty: Vector) -> Vector:
    """Weights by Newton's method; `penalty` is the factor of each one's square."""
    found = np.zeros(traits.shape[1])
    for _ in range(40):
        guess = sigmoid(traits @ found)
        slope = traits.T @ (weight * (guess - right)) + penalty * found
        bend = (traits * (weight * guess * (1 - guess))[:, None]).T @ traits + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        found -= step
        if float(np.abs(step).max()) < 1e-7:
            break
    return found


def fit(table: Table, names: Sequence[str], chosen: NDArray[np.bool_]) -> Vector:
    """Weights of the traits, without those of the sets."""
    both = np.hstack([table.traits, table.sets])[chosen]
    penalty = np.array([1e-3 if name == "always" else PENALTY for name in names] + [1.0] * table.sets.shape[1])
    return regression(both, table.right[chosen], table.weight[chosen], penalty)[: len(names)]


def out_of_fold(table: Table, names: Sequence[str]) -> Vector:
    """Each reading's sum by weights that were fitted without its schema."""
    found = np.zeros(len(table.right))
    for fold in range(FOLDS):
        weights = fit(table, names, table.fold != fold)
        inside = table.fold == fold
        found[inside] = table.traits[inside] @ weights
    return found


# ------------------------------------------------------------------ calibration


def leads(table: Table, sums: Vector) -> Vector:
    """Each sum less the best other one of its question, at most REACH either way."""
    found = np.full(len(sums), REACH)
    for question in np.unique(table.question):
        rows = np.flatnonzero(table.question == question)
        if len(rows) > 1:
            order = rows[np.argsort(-sums[rows], kind="stable")]
            found[order[0]] = sums[order[0]] - sums[order[1]]
            found[order[1:]] = sums[order[1:]] - sums[order[0]]
    return np.asarray(np.clip(found, -REACH, REACH))


def calibrated(table: Table, sums: Vector) -> tuple[float, tuple[tuple[float, float], ...]]:
    """How much a lead counts, and the knots."""
    ahead = leads(table, sums)
    terms = np.stack([np.ones(len(sums)), sums, ahead], axis=1)
    _, by_sum, by_lead = regression(terms, table.right, table.weight, np.full(3, 1e-3))
    lead = max(0.0, float(by_lead / by_sum))
    return round(lead, 4), knots(sums + lead * ahead, table.right, table.weight)


def knots(places: Vector, right: Vector, weight: Vector) -> tuple[tuple[float, float], ...]:
    """Shares of right readings in bins of equal weight, made to rise by pooling neighbours that fall."""
    order = np.argsort(places, kind="stable")
    bins = np.minimum((np.cumsum(weight[order]) / weight.sum() * BINS).astype(int), BINS - 1)
    pools: list[list[float]] = []
    for number in range(BINS):
        rows = order[bins == number]
        if not len(rows):
            continue
        total = float(weight[rows].sum())
        # One reading in fifty of either kind is taken to be there: no share of a few is certain.
        share = (float((weight[rows] * right[rows]).sum()) + 0.01 * total) / (1.02 * total)
        pools.append([float(np.average(places[rows], weights=weight[rows])), share, total])
        while len(pools) > 1 and pools[-2][1] >= pools[-1][1]:
            (place, share, total), (before, low, rest) = pools.pop(), pools.pop()
            both = total + rest
            pools.append([(place * total + before * rest) / both, (share * total + low * rest) / both, both])
    return tuple((round(place, 4), round(share, 4)) for place, share, _ in pools)


# ------------------------------------------------------------------ figures


def tops(examples: Sequence[Example], table: Table, sums: Vector, model: Weights) -> list[Top]:
    """For each question the reading that would be the answer, with its probability; questions without one too."""
    found = [Top(source=one.source, answerable=one.answerable, possible=any(r.right for r in one.readings[:5])) for one in examples]
    by_question: dict[int, list[int]] = {}
    for row, question in enumerate(table.question):
        by_question.setdefault(int(question), []).append(row)
    for question, rows in by_question.items():
        ratings = [float(sums[row]) for row in rows]
        best = max(range(len(rows)), key=lambda at: ratings[at])
        found[question].probability = model.probabilities(ratings)[best]
        found[question].right = bool(table.right[rows[best]])
    return found


def main() -> None:
    """Collect, fit, print, and write where that is wanted."""
    chosen = _arguments()
    sqlcoder_builtin.rereading.SURE = 2.0  # every question is read again, so that leads are known
    examples = _collected(chosen)
    counts = Counter(name for one in examples for reading in one.readings for name in reading.traits)
    names = sorted(name for name, count in counts.items() if count >= LEAST)
    table = table_of(examples, names, APART)
    sums = out_of_fold(table, names)
    lead, line = calibrated(table, sums)
    weights = fit(table, names, np.ones(len(table.right), dtype=bool))
    model = Weights({name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)}, lead, REACH, line)
    print("cross-validated by schema, calibrated on the same questions:")
    print("\n".join(lines_of(tops(examples, table, sums, model), chosen.floor)))
    if chosen.held:
        held = public(chosen.data, "spider_train", "held", values=False, every=chosen.held, memory=chosen.memory, workers=chosen.workers)
        other = table_of(held, names, [])
        print("held quarter of Spider's training set:")
        print("\n".join(lines_of(tops(held, other, other.traits @ weights, model), chosen.floor)))
    if chosen.write:
        FILE.write_text(text_of(model, examples), encoding="utf-8")


def text_of(model: Weights, examples: Sequence[Example]) -> str:
    """The file that `sqlcoder_builtin.weighing` reads."""
    sets = Counter(one.source for one in examples)
    header = [
        "# How likely a reading is right: weights of a logistic regression over traits (above 0 speaks for a reading, below 0 against it),",
        "# and the line on which a sum becomes a probability. Made by: python benchmarks/fit_confidence.py DATA_DIR --write",
        "# Fitted on questions (how many) of:",
        *(f"#   {name} ({count})" for name, count in sets.items()),
        "# Of Spider and Spider-Syn no schema of the held quarter. These are statistics of what the parser does with questions",
        "# of Spider (CC BY-SA 4.0, https://yale-lily.github.io/spider) and Spider-Syn (CC BY-SA 4.0 or MIT); no question is in them.",
    ]
    weights = [f'"{name}" = {weight}' for name, weight in sorted(model.weights.items()) if weight]
    line = [f"    [{place}, {share}]," for place, share in model.knots]
    calibration = [f"lead = {model.lead}", f"reach = {model.reach}", "knots = [", *line, "]"]
    return "\n".join([*header, "", "[weights]", *weights, "", "[calibration]", *calibration, ""])


def _collected(chosen: argparse.Namespace) -> list[Example]:
    found: list[Example] = []
    for name, half, values, every in PUBLIC:
        found += public(chosen.data, name, half, values=values, every=every * chosen.every, memory=chosen.memory, workers=chosen.workers)
    root = Path(__file__).parent.parent
    found += [*own_cases(root / "tests" / "builtin"), *shop_questions(root)]
    folder = Path(__file__).parent / "analyst_questions"
    for part in ("first", "second", "dev"):  # never `frozen`
        found += analysts(folder / "suites" / part, f"analysts {part}")
    for look in sorted((folder / "rounds").glob("*/first_look.json.gz")):
        found += kept(look, f"first look at round {look.parent.name}")
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path, help="where train/*.jsonl.gz lie, ../shared/data")
    parser.add_argument("--memory", type=Path, default=Path("confidence_memory"), help="files of verdicts begin with this")
    parser.add_argument("--every", type=int, default=1, help="take every N-th gold only")
    parser.add_argument("--held", type=int, default=0, help="judge every N-th gold of the held half too")
    parser.add_argument("--floor", type=float, default=0.6, help="answers below it count as abstained")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="replace the weights")
    return parser.parse_args()


if __name__ == "__main__":
    main()
