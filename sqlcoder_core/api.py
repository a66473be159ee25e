"""Everything a plugin author or a program imports, loaded when first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlcoder_core.config.problems import from_validation
    from sqlcoder_core.config.yaml_nodes import Document, read_yaml
    from sqlcoder_core.contracts.component import Component, Context, Settings
    from sqlcoder_core.contracts.connector import Connector, Sandbox
    from sqlcoder_core.contracts.embedder import Embedder
    from sqlcoder_core.contracts.engine import Engine, Rows, checked, in_batches
    from sqlcoder_core.contracts.extension import Extension
    from sqlcoder_core.contracts.model_engine import Handle, ModelEngine, Tokenizer, TreeSession
    from sqlcoder_core.contracts.prompter import Prompter, Room
    from sqlcoder_core.contracts.proposer import Ask, Proposer
    from sqlcoder_core.contracts.runtime import LocalSettings, RemoteRuntime, Runtime, RuntimeSettings, TokenListener
    from sqlcoder_core.contracts.setting_types import LocalPath, SecretText
    from sqlcoder_core.contracts.sink import Destination, Sink
    from sqlcoder_core.contracts.source import MetadataSource, Probe
    from sqlcoder_core.errors import ConfigError, ConnectionLost, DatabaseError, FileError, ModelError, Refused, TimeLimit, UsageError
    from sqlcoder_core.hookspecs import hookimpl
    from sqlcoder_core.linking.dates import DateSpan, find_dates
    from sqlcoder_core.linking.linker import link, rematch
    from sqlcoder_core.linking.numbers import NumberSpan, find_numbers, parse_number
    from sqlcoder_core.linking.periods import Moment, Period, resolve, unit_start
    from sqlcoder_core.linking.tokens import Token, tokenise
    from sqlcoder_core.linking.wordnet import bases, doers, family, is_adverb, is_known, is_person, is_verb, is_worker, measured_by, same
    from sqlcoder_core.linking.words import name_words, singular, split_name, stem, table_words
    from sqlcoder_core.models.bounded_jinja import BoundedTemplate
    from sqlcoder_core.models.chat_template import ChatTemplate
    from sqlcoder_core.models.convert.gguf_header import GgufHeader, part_paths, read_header
    from sqlcoder_core.models.engine_threads import default_threads
    from sqlcoder_core.models.tokenizer_file import FileTokenizer
    from sqlcoder_core.models.weights_hash import weights_hash
    from sqlcoder_core.session import Session
    from sqlcoder_core.values.answer import Answer
    from sqlcoder_core.values.answer_json import answer_json, answer_object, cell_text, float_name, json_text, json_value
    from sqlcoder_core.values.candidate import Candidate, Proposal, Reading
    from sqlcoder_core.values.catalog import (
        Catalog,
        Clash,
        Column,
        ColumnKind,
        Exposure,
        Fact,
        Instruction,
        Metric,
        Origins,
        Relationship,
        Scalar,
        Table,
        TableName,
        Term,
        VerifiedQuestion,
    )
    from sqlcoder_core.values.checked import CheckedQuery
    from sqlcoder_core.values.column_kind import kind_of
    from sqlcoder_core.values.connection import ComponentSpec, ConnectionSpec, Detection
    from sqlcoder_core.values.generation import Decoding, Generated, Hypothesis, Message, ModelFacts, Prompt, ShownTable
    from sqlcoder_core.values.linked import Linked, Match
    from sqlcoder_core.values.model_files import ModelFiles, ModelKind
    from sqlcoder_core.values.printable import printable, printable_lines
    from sqlcoder_core.values.problem import Problem
    from sqlcoder_core.values.question import Clock, Question
    from sqlcoder_core.values.result import ColumnProfile, Limits, ResultSet
    from sqlcoder_core.values.sampling import Sampling
    from sqlcoder_core.values.secret import Secret
    from sqlcoder_core.whole_file import WholeFile, file_error
    from sqlcoder_core.worker.memory import available_bytes
    from sqlcoder_core.worker.profiling import Place, Probed, profile_columns

_HOMES = {
    "config.problems": ("from_validation",),
    "config.yaml_nodes": ("Document", "read_yaml"),
    "contracts.component": ("Component", "Context", "Settings"),
    "contracts.connector": ("Connector", "Sandbox"),
    "contracts.embedder": ("Embedder",),
    "contracts.engine": ("Engine", "Rows", "checked", "in_batches"),
    "contracts.extension": ("Extension",),
    "contracts.model_engine": ("Handle", "ModelEngine", "Tokenizer", "TreeSession"),
    "contracts.prompter": ("Prompter", "Room"),
    "contracts.proposer": ("Ask", "Proposer"),
    "contracts.runtime": ("LocalSettings", "RemoteRuntime", "Runtime", "RuntimeSettings", "TokenListener"),
    "contracts.setting_types": ("LocalPath", "SecretText"),
    "contracts.sink": ("Destination", "Sink"),
    "contracts.source": ("MetadataSource", "Probe"),
    "errors": ("ConfigError", "ConnectionLost", "DatabaseError", "FileError", "ModelError", "Refused", "TimeLimit", "UsageError"),
    "hookspecs": ("hookimpl",),
    "linking.dates": ("DateSpan", "find_dates"),
    "linking.linker": ("link", "rematch"),
    "linking.numbers": ("NumberSpan", "find_numbers", "parse_number"),
    "linking.periods": ("Moment", "Period", "resolve", "unit_start"),
    "linking.tokens": ("Token", "tokenise"),
    "linking.wordnet": ("bases", "doers", "family", "is_adverb", "is_known", "is_person", "is_verb", "is_worker", "measured_by", "same"),
    "linking.words": ("name_words", "singular", "split_name", "stem", "table_words"),
    "models.bounded_jinja": ("BoundedTemplate",),
    "models.chat_template": ("ChatTemplate",),
    "models.convert.gguf_header": ("GgufHeader", "part_paths", "read_header"),
    "models.engine_threads": ("default_threads",),
    "models.tokenizer_file": ("FileTokenizer",),
    "models.weights_hash": ("weights_hash",),
    "session": ("Session",),
    "values.answer": ("Answer",),
    "values.answer_json": ("answer_json", "answer_object", "cell_text", "float_name", "json_text", "json_value"),
    "values.candidate": ("Candidate", "Proposal", "Reading"),
    "values.catalog": (
        "Catalog",
        "Clash",
        "Column",
        "ColumnKind",
        "Exposure",
        "Fact",
        "Instruction",
        "Metric",
        "Origins",
        "Relationship",
        "Scalar",
        "Table",
        "TableName",
        "Term",
        "VerifiedQuestion",
    ),
    "values.checked": ("CheckedQuery",),
    "values.column_kind": ("kind_of",),
    "values.connection": ("ComponentSpec", "ConnectionSpec", "Detection"),
    "values.generation": ("Decoding", "Generated", "Hypothesis", "Message", "ModelFacts", "Prompt", "ShownTable"),
    "values.linked": ("Linked", "Match"),
    "values.model_files": ("ModelFiles", "ModelKind"),
    "values.printable": ("printable", "printable_lines"),
    "values.problem": ("Problem",),
    "values.question": ("Clock", "Question"),
    "values.result": ("ColumnProfile", "Limits", "ResultSet"),
    "values.sampling": ("Sampling",),
    "values.secret": ("Secret",),
    "worker.memory": ("available_bytes",),
    "worker.profiling": ("Place", "Probed", "profile_columns"),
    "whole_file": ("WholeFile", "file_error"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)  # noqa: PLE0605


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"sqlcoder_core.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
