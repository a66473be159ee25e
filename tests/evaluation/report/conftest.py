"""Reports as a run would leave them, made from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from sqlcoder_core.evaluation.records import Judged, MutantKill, Outcome, Report, Rows

_QUESTIONS = {
    "group_by": (
        "How many orders were placed in each city?",
        "SELECT c.city, COUNT(*) AS orders FROM orders AS o JOIN customers AS c ON c.id = o.customer_id GROUP BY c.city",
        "SELECT c.city, COUNT(c.id) AS n FROM customers AS c JOIN orders AS o ON c.id = o.customer_id GROUP BY c.city",
        "SELECT city, COUNT(*) FROM customers GROUP BY city",
    ),
    "order_by": (
        "Which five products sold best? Order them by revenue.",
        "SELECT p.name, SUM(i.quantity * i.price) AS revenue FROM items i JOIN products p ON p.id = i.product_id"
        " GROUP BY p.name ORDER BY revenue DESC LIMIT 5",
        "SELECT p.id, p.name, SUM(i.quantity * i.price) AS revenue FROM items AS i JOIN products AS p ON p.id = i.product_id"
        " GROUP BY p.id, p.name ORDER BY revenue DESC LIMIT 5",
        "SELECT p.name, SUM(i.price) AS revenue FROM items AS i JOIN products AS p ON p.id = i.product_id"
        " GROUP BY p.name ORDER BY revenue LIMIT 5",
    ),
    "ratio": (
        "What share of orders was returned?",
        "SELECT COUNT(*) FILTER (WHERE status = 'returned') * 1.0 / COUNT(*) AS share FROM orders",
        "SELECT AVG(CASE WHEN status = 'returned' THEN 1.0 ELSE 0 END) AS share FROM orders",
        "SELECT COUNT(*) / SUM(CASE WHEN status = 'returned' THEN 1 END) AS share FROM orders",
    ),
    "date": (
        "How many customers signed up per month in 2025?",
        "SELECT date_trunc('month', signed_up) AS month, COUNT(*) FROM customers WHERE signed_up >= DATE '2025-01-01'"
        " AND signed_up < DATE '2026-01-01' GROUP BY 1",
        "SELECT date_trunc('month', signed_up) AS month, COUNT(id) AS n FROM customers WHERE year(signed_up) = 2025 GROUP BY 1",
        "SELECT month(signed_up) AS month, COUNT(*) AS n FROM customers WHERE year(signed_up) = 2025 GROUP BY 1",
    ),
    "where": (
        "Which customers in Bergen have never ordered?",
        "SELECT name FROM customers c WHERE city = 'Bergen' AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)",
        "SELECT c.name FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id WHERE c.city = 'Bergen' AND o.id IS NULL",
        "SELECT name FROM customers WHERE city = 'Bergen'",
    ),
}
_GOLD = Rows(
    columns=("city", "orders", "first"), rows=(("Oslo", 31, date(2025, 1, 3)), ("Bergen", 12, date(2025, 2, 9)), ("Bodø", 4, None))
)
_OURS = Rows(
    columns=("city", "orders", "first"), rows=(("Oslo", 31, date(2025, 1, 3)), ("Bergen", 14, date(2025, 2, 9)), ("Bodø", 4, None))
)
_WIDER = Rows(columns=("id", "name", "revenue"), rows=((7, "Lamp", Decimal("1200.50")), (3, "Chair", Decimal("880.10"))))
_NARROW = Rows(columns=("name", "revenue"), rows=(("Lamp", Decimal("1200.50")), ("Chair", Decimal("880.10"))))

Make = Callable[..., Report]


def judged(number: int, draw: random.Random, skill: float, *, model: bool = True) -> Judged:
    """One question's fate: easier ones are answered with more confidence, and more often rightly."""
    category = list(_QUESTIONS)[number % len(_QUESTIONS)]
    question, gold, good, bad = _QUESTIONS[category]
    sure = min(0.99, max(0.02, draw.gauss(skill, 0.22)))
    fate = draw.random()
    outcome: Outcome = "unscored" if fate < 0.01 else "failed" if fate < 0.04 else "abstained" if sure < 0.35 else "wrong"
    if outcome == "wrong" and draw.random() < 0.25 + 0.7 * sure:
        outcome = "right"
    lenient = outcome == "right" and category == "order_by"
    ran = outcome in ("right", "wrong", "abstained")
    return Judged(
        id=f"q{number}",
        question=question,
        base="shop" if number % 3 else "warehouse",
        category=category,
        tags=("join",) if "JOIN" in gold else (),
        status={"failed": "refused", "abstained": "abstained"}.get(outcome, "answered"),  # type: ignore[arg-type]
        outcome=outcome,
        exact=outcome == "right" and not lenient,
        subset=outcome == "right" or (outcome == "abstained" and draw.random() < 0.4),
        strict=outcome == "right" and not lenient,
        valid=ran,
        why=_why(outcome),
        sql=None if outcome in ("failed", "unscored") else good if outcome == "right" else bad,
        gold=gold,
        confidence=round(sure, 2) if ran else None,
        latency_ms=round(draw.lognormvariate(6.2 if model else 1.8, 0.7), 2),
        tokens=(draw.randrange(500, 2200), draw.randrange(20, 130)) if model else None,
        problems=("SELECT only: DELETE is not allowed",) if outcome == "failed" else (),
        ours=_OURS if outcome == "wrong" else _WIDER if lenient else None,
        golds=_GOLD if outcome == "wrong" else _NARROW if lenient else None,
        place=f"shop.yml:{12 + 6 * number}",
    )


def _why(outcome: Outcome) -> str:
    return {
        "wrong": "row 2: orders is 12 in the gold, 14 in ours",
        "failed": "refused by the guard",
        "abstained": "two readings are equally likely",
        "unscored": "the gold fails: no such column: totl",
    }.get(outcome, "")


def unanswerable(number: int, draw: random.Random) -> Judged:
    """A question that the database cannot answer."""
    told = draw.random() < 0.3
    return Judged(
        id=f"u{number}",
        question="Which of our products are vegan?",
        base="shop",
        category="unanswerable",
        answerable=False,
        status="answered" if told else "abstained",
        outcome="wrong" if told else "right",
        valid=told,
        why="there is nothing in the database to answer it from" if told else "",
        sql="SELECT name FROM products" if told else None,
        confidence=round(draw.uniform(0.3, 0.6), 2) if told else None,
        latency_ms=round(draw.lognormvariate(6, 0.5), 2),
    )


@pytest.fixture
def make() -> Make:
    """make(seed, skill=..., questions=...) is a report; the same seed gives the same one."""

    def report(seed: int = 1, *, skill: float = 0.6, questions: int = 200, apart: int = 20, model: bool = True) -> Report:
        draw = random.Random(seed)
        told = [judged(number, draw, skill, model=model) for number in range(questions)]
        return Report(
            suite="shop",
            kind="own",
            judged=(*told, *(unanswerable(number, draw) for number in range(apart))),
            signature=(
                ("sqlcoder-core", "0.5.0"),
                ("runtime", "transformers" if model else "builtin"),
                ("seed", str(seed)),
                ("data hash", "sha256:5b1f"),
            ),
            kill=MutantKill(mutants=640, killed=611, kinds=(("drop where", 200, 197), ("swap column", 440, 414))),
            seconds=214.4,
        )

    return report
