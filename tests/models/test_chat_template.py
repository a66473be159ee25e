"""Chat templates come with downloads: they render, and cannot do anything else."""

from __future__ import annotations

import pytest

from sqlcoder_core.errors import ModelError
from sqlcoder_core.models.chat_template import ChatTemplate
from sqlcoder_core.values.generation import Message

TURNS = (Message(role="system", content="Be brief."), Message(role="user", content="How many?"))


def rendered(source: str) -> str:
    return ChatTemplate(source, place="model.gguf", specials={"bos_token": "<s>"}).render(TURNS)


def test_messages_become_text_up_to_where_the_answer_begins() -> None:
    source = (
        "{{ bos_token }}{% for m in messages %}<{{ m['role'] }}>{{ m.content }}</{{ m['role'] }}>{% endfor %}"
        "{% if add_generation_prompt %}<assistant>{% endif %}"
    )
    assert rendered(source) == "<s><system>Be brief.</system><user>How many?</user><assistant>"


def test_blocks_are_trimmed_as_model_authors_expect() -> None:
    assert (
        rendered("{% for m in messages %}\n    {% if loop.first %}\nx\n    {% continue %}\n    {% endif %}\ny\n{% endfor %}\n") == "x\ny\n"
    )


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ raise_exception.__globals__['x'] }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ lipsum.__globals__['os'].system('id') }}",
        "{{ messages.append(1) }}",
        "{{ messages[0].update({'content': 'other'}) }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{{ ('%s' | attr('__class__')) }}",
        "{% for i in range(10**9) %}x{% endfor %}",
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{% set n = namespace(x='x') %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
        "{% set n = namespace(x=['x']) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}",
        "{% set n = namespace(x='xx') %}{% for i in range(99) %}{% set n.x = n.x.replace('x', n.x) %}{% endfor %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{{ 'x'|center(10**9) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ 'x'.ljust(10**9)|length }}",
        "{{ 'x'|indent(10**9, true) }}",
        "{{ lipsum(n=10**7) }}",
        "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
        "{% if 1 %}" * 500 + "{% endif %}" * 500,
        "{{ 'x' * 10**10 }}",
        "{{ 9 ** 99 ** 9 }}",
        "{% if %}",
    ],
)
def test_what_leaves_the_sandbox_or_fails_is_one_clear_error(source: str) -> None:
    with pytest.raises(ModelError, match=r"model\.gguf: the chat template (fails|tried to leave its sandbox): .*; .*prompt"):
        rendered(source)


@pytest.mark.parametrize("source", ["{{ messages.__class__ }}", "{{ raise_exception.__globals__ }}"])
def test_what_is_private_renders_as_nothing(source: str) -> None:
    assert rendered(source) == ""


def test_an_escape_is_called_one() -> None:
    with pytest.raises(ModelError, match="tried to leave its sandbox"):
        rendered("{{ ''.__class__.__mro__ }}{{ ''.format.__self__.__class__.__bases__[0].__subclasses__() }}")


def test_a_templates_own_complaint_is_told() -> None:
    with pytest.raises(ModelError, match="roles must alternate"):
        rendered("{{ raise_exception('roles must alternate') }}")


def test_what_templates_use_works() -> None:
    source = (
        "{% set ns = namespace(system='') %}{% for m in messages if m.role == 'system' %}{% set ns.system = m.content | trim %}{% endfor %}"
        "{{ ns.system.replace('brief', 'short').split(' ')[-1] }}{{ messages | map(attribute='role') | join('+') }}"
        "{% for m in messages %}{{ loop.index0 % 2 }}{{ loop.last }}{% endfor %}{{ {'b': '<ü>', 'a': [1]} | tojson }}"
        "{{ tools is defined }}{{ messages | selectattr('role', 'equalto', 'user') | list | length }}{{ 'a' + 'b' ~ 3 }}"
        "{% generation %}{{ messages[1:] | length }}{% endgeneration %}{{ strftime_now('%Y') | length }}"
    )
    assert rendered(source) == 'short.system+user0False1True{"b": "<ü>", "a": [1]}False1ab314'
