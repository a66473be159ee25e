"""Some of the rows counted beside them all: "the number of orders per city and how many of them were cancelled"."""

from __future__ import annotations

from sqlcoder_builtin.frame import Output
from sqlcoder_builtin.parse import Parse
from sqlcoder_builtin.shapes.measure import limited
from sqlcoder_builtin.tree import Agg, All_

_THEM = frozenset({"them", "those", "these", "which", "whom"})


def counted_among(p: Parse, at: int) -> int | None:
    """ "how many of them are X": taken for a figure of its own once what follows is read; its conditions hold for it alone."""
    chunk, pointing = p.chunk(at), p.chunk(at + 1)
    if chunk is None or not chunk.is_cue("count") or pointing is None:
        return None
    place = at + 1 if chunk.text.lower().endswith(" of") else at + 2
    if place == at + 2 and pointing.text.lower() != "of":
        return None
    them = p.chunk(place)
    counted = next((output for output in p.frame.outputs if isinstance(output.expr, Agg) and output.expr.function == "count"), None)
    if them is None or them.text.lower() not in _THEM or counted is None or p.frame.some_at >= 0:
        return None
    p.frame.some_at = at
    p.take(at, place + 1)
    p.zone = "where"
    return place + 1


def settle_some(p: Parse) -> None:
    """The conditions said behind "how many of them" become those of a second count."""
    frame = p.frame
    if frame.some_at < 0:
        return
    own = [condition for condition in frame.conditions if condition.at > frame.some_at]
    counted = next((output.expr for output in frame.outputs if isinstance(output.expr, Agg) and output.expr.function == "count"), None)
    if not own or not isinstance(counted, Agg):
        frame.doubts += 1.0
        return
    frame.conditions = [condition for condition in frame.conditions if condition not in own]
    pred = own[0].pred if len(own) == 1 else All_(tuple(condition.pred for condition in own))
    frame.outputs.append(Output(limited(p.schema, counted, pred), p.chunks[frame.some_at].text, frame.some_at))
