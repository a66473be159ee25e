"""The loop: one warm session, follow-ups, commands, history, completion."""

from __future__ import annotations

import stat

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from sqlcoder_core.cli.asking import Asking
from sqlcoder_core.cli.conversation import Conversation
from sqlcoder_core.cli.formats import Outlet, delivery
from sqlcoder_core.cli.loop import KEPT, _completer, _prompt, converse, private_history
from sqlcoder_core.cli.notices import Notices
from sqlcoder_core.values.options import Options


@pytest.fixture
def said():
    """Lines that the loop has printed."""
    return []


@pytest.fixture
def conversation(world, said):
    """A conversation on the scripted session."""
    import sqlcoder_core.session

    session = sqlcoder_core.session.Session.open(Options())
    sinks = delivery(Outlet(), session.built, Options(), several=False)
    sinks.open()
    return Conversation(session, Asking(), sinks, Notices(Options()), said.append)


def test_a_follow_up_knows_the_question_before(conversation, world):
    for line in ("n per city", "  ", "and by year"):
        assert conversation.take(line)
    assert [(question.text, question.previous) for question, _ in world.asked] == [("n per city", None), ("and by year", "n per city")]
    conversation.take(r"\new")
    conversation.take("n")
    assert world.asked[-1][0].previous is None


def test_commands_show_the_last_sql_and_why(conversation, said):
    conversation.take(r"\sql")
    conversation.take(r"\why")
    assert said == ["there is no SQL yet", "there is no answer yet"]
    conversation.take("n per city")
    said.clear()
    conversation.take(r"\sql")
    assert said == ["SELECT city, n FROM t"]
    conversation.take(r"\why")
    assert "  “city” is t.city" in said


def test_help_and_tables_and_a_mistyped_command(conversation, said):
    conversation.take(r"\help")
    assert any(line.strip().startswith(r"\why") for line in said)
    said.clear()
    conversation.take(r"\tables")
    assert said == ["  customers", "  orders"]
    said.clear()
    conversation.take(r"\whi")
    assert said == [r"there is no command \whi; did you mean \why?"]


def test_ctrl_c_and_failures_stop_the_question_and_not_the_conversation(conversation, world, said):
    assert conversation.take("interrupt")
    assert said == ["stopped"]
    assert conversation.take("fail")
    assert conversation.take("n")
    assert world.asked[-1][0].previous == "fail"


@pytest.mark.parametrize("command", [r"\q", r"\quit", r"\exit"])
def test_leaving(command, conversation):
    assert not conversation.take(command)


def test_keys_ctrl_c_empties_the_line_and_ctrl_d_leaves(conversation, world, tmp_path):
    from prompt_toolkit.application import create_app_session

    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text("not this\x03n per city\r\x04")
        converse(conversation, _prompt(conversation._session.catalog, private_history(tmp_path / "state")))
    assert [question.text for question, _ in world.asked] == ["n per city"]
    assert "+n per city" in (tmp_path / "state" / "history").read_text()


def complete(conversation, text):
    completer = _completer(conversation._session.catalog)
    return [one.text for one in completer.get_completions(Document(text), CompleteEvent(completion_requested=True))]


def test_tab_completes_tables_columns_and_commands(conversation):
    assert complete(conversation, "count cust") == ["customers", "customer_id"]
    assert complete(conversation, "sum of orders.ord") == ["orders", "order_date"]
    assert complete(conversation, r"\w") == [r"\why"]
    assert complete(conversation, "show p") == []
    assert complete(conversation, "show ") == []


def test_the_history_is_private_and_keeps_the_newest(tmp_path):
    folder = tmp_path / "state"
    path = private_history(folder)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    path.write_text("".join(f"\n# 2026-01-01 00:00:00\n+question {number}\n" for number in range(KEPT + 50)))
    text = private_history(folder).read_text()
    assert text.count("\n+question") == KEPT
    assert f"+question {KEPT + 49}" in text
    assert "+question 49\n" not in text


def test_a_home_that_cannot_be_written_keeps_nobody_from_asking(tmp_path):
    (tmp_path / "file").touch()
    assert private_history(tmp_path / "file") is None


def test_a_terminal_is_needed_to_talk(cli):
    assert cli("ask").exit_code == 2
