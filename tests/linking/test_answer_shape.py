"""The shape that a question asks for, and how badly rows miss it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sqlcoder_core.linking.answer_shape import Shape, expected_shape
from sqlcoder_core.values.result import ResultSet

CASES = yaml.safe_load(Path(__file__).with_name("answer_shapes.yml").read_text(encoding="utf-8"))


def rows(*table: tuple[object, ...]) -> ResultSet:
    width = len(table[0]) if table else 1
    return ResultSet(columns=("c",) * width, types=("",) * width, rows=table)


@pytest.mark.parametrize(("expected", "question"), [(shape, one) for shape, questions in CASES.items() for one in questions])
def test_a_question_asks_for_its_shape(expected: str, question: str) -> None:
    shape = expected_shape(question)
    assert (f"{shape.kind} {shape.most}" if shape.most else shape.kind) == expected


@pytest.mark.parametrize(
    ("shape", "result", "misfit"),
    [
        (Shape(kind="one number"), rows((3,)), ""),
        (Shape(kind="one number"), rows((None,)), ""),
        (Shape(kind="one number"), rows((3,), (4,)), "clear"),
        (Shape(kind="one number"), rows(("Oslo",)), "weak"),
        (Shape(kind="one number"), rows(), "weak"),
        (Shape(kind="at most", most=2), rows((1,), (2,)), ""),
        (Shape(kind="at most", most=2), rows((1,), (2,), (3,)), "clear"),
        (Shape(kind="several"), rows((3,)), "weak"),
        (Shape(kind="several"), rows(("Oslo", 3)), ""),
        (Shape(kind="one row"), rows((1,), (2,)), "weak"),
        (Shape(kind="list"), rows(), "weak"),
        (Shape(kind="list"), rows(("Oslo",)), ""),
        (Shape(), rows(), ""),
    ],
)
def test_rows_fit_a_shape_or_miss_it(shape: Shape, result: ResultSet, misfit: str) -> None:
    assert shape.misfit(result) == misfit
