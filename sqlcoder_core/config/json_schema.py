"""JSON Schema for editors: the sections of sqlcoder.yaml, and the settings of every component that is installed."""

from __future__ import annotations

import json
from typing import Any

from sqlcoder_core.config.auto_runtime import WORD as AUTO
from sqlcoder_core.config.schema import ConfigFile
from sqlcoder_core.contracts.runtime import Runtime
from sqlcoder_core.errors import PluginError, SqlcoderError
from sqlcoder_core.host import Host
from sqlcoder_core.host.installed import Installed
from sqlcoder_core.host.kinds import CONNECTOR, EMBEDDER, EXTENSION, PROMPTER, RUNTIME, SINK, SOURCE, Kind

_LOCAL = {"type": "string", "pattern": r"\.py:\w+$", "description": "A class in a file beside this one."}
_KINDS = (CONNECTOR, SOURCE, PROMPTER, RUNTIME, EMBEDDER, SINK, EXTENSION)


def schema_text(host: Host, *, built_in: bool = False) -> tuple[str, list[SqlcoderError]]:
    """The schema as JSON text, and the plugins that had to be left out because they fail. `built_in` leaves out strangers' plugins."""
    schema, failures = json_schema(host, built_in=built_in)
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n", failures


def json_schema(host: Host, *, built_in: bool = False) -> tuple[dict[str, Any], list[SqlcoderError]]:
    """The schema as data; see `schema_text`."""
    core = _without_titles(ConfigFile.model_json_schema())
    definitions: dict[str, Any] = {name: inner for name, inner in core.pop("$defs").items() if name != "Entry"}
    failures: list[SqlcoderError] = []
    for kind in _KINDS:
        definitions[kind.name] = _component(kind, host, definitions, failures, built_in)
    properties = core["properties"]
    for section, wrapped in _component_sections(definitions).items():
        kept = {key: properties[section][key] for key in ("description",) if key in properties[section]}
        properties[section] = {**kept, **wrapped}
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "sqlcoder.yaml"}
    return {**head, **core, "definitions": definitions}, failures


def _component_sections(definitions: dict[str, Any]) -> dict[str, dict[str, Any]]:
    kinds = (SOURCE, RUNTIME, EMBEDDER, EXTENSION)
    source, runtime, embedder, extension = ({"$ref": f"#/definitions/{kind.name}"} for kind in kinds)
    return {
        "connections": {"type": "object", "additionalProperties": {"$ref": f"#/definitions/{CONNECTOR.name}"}},
        "sources": {"type": ["array", "null"], "items": source},
        "runtime": runtime,
        "linking": {"anyOf": [{"type": "null"}, embedder]},
        "sinks": _sinks(definitions),
        "extensions": {"type": "array", "items": extension},
    }


def _sinks(definitions: dict[str, Any]) -> dict[str, Any]:
    """A sink without `use` is the one whose word is its name."""
    any_sink = {"$ref": f"#/definitions/{SINK.name}"}
    prefix = f"{SINK.name}."
    words = [name.removeprefix(prefix) for name in definitions if name.startswith(prefix) and name.count(".") == 1]
    named = {
        word: {"if": {"type": "object", "not": {"required": ["use"]}}, "then": {"$ref": f"#/definitions/{prefix}{word}"}, "else": any_sink}
        for word in sorted(words)
    }
    return {"type": "object", "properties": named, "additionalProperties": any_sink}


def _component(kind: Kind, host: Host, definitions: dict[str, Any], failures: list[SqlcoderError], built_in: bool) -> dict[str, Any]:
    """A word alone, or `use` with the settings of that word; a sink may leave `use` out and be known by its name."""
    words: dict[str, str] = {}
    for plugin in host.installed:
        if built_in and not plugin.built_in:
            continue
        try:
            words |= _settings(kind, plugin, host, definitions)
        except SqlcoderError as error:
            failures.append(error)
    chosen_here = {AUTO} if kind is RUNTIME else set()
    word = {"anyOf": [{"enum": sorted({*words, *chosen_here})}, _LOCAL]}
    branches = [
        {"if": {"properties": {"use": {"const": name}}, "required": ["use"]}, "then": {"$ref": reference}}
        for name, reference in sorted(words.items())
    ]
    full: dict[str, Any] = {"type": "object", "properties": {"use": word}}
    if branches:
        full["allOf"] = branches
    if kind is SINK:
        return {"anyOf": [{"type": "null"}, full]}
    full["required"] = ["use"]
    return full if kind is CONNECTOR else {"anyOf": [word, full]}


def _settings(kind: Kind, plugin: Installed, host: Host, definitions: dict[str, Any]) -> dict[str, str]:
    if not kind.is_brought_by(plugin.hooks):
        return {}
    references = {}
    for name, cls in host.classes(plugin, kind).items():
        key = f"{kind.name}.{name}"
        try:
            schema = _without_titles(cls.Settings.model_json_schema(ref_template=f"#/definitions/{key}.{{model}}"))
        except Exception as error:  # a stranger's settings class may hold anything; without its schema the file still works
            raise PluginError(f"{plugin} has settings that no JSON Schema can be made of: {type(error).__name__}") from error
        for inner, definition in schema.pop("$defs", {}).items():
            definitions[f"{key}.{inner}"] = definition
        description = (cls.__doc__ or "").strip().splitlines()
        schema["properties"] = {"use": {"const": name}, **_with_prompter(cls, schema.get("properties", {}))}
        schema["description"] = description[0] if description else name
        definitions[key] = schema
        references[name] = f"#/definitions/{key}"
    return references


def _with_prompter(cls: Any, properties: dict[str, Any]) -> dict[str, Any]:
    """A model runtime's `prompt` is a component of its own."""
    if not issubclass(cls, Runtime) or "prompt" not in properties:
        return properties
    kept = {key: properties["prompt"][key] for key in ("description", "default") if key in properties["prompt"]}
    return {**properties, "prompt": {**kept, "anyOf": [{"type": "null"}, {"$ref": f"#/definitions/{PROMPTER.name}"}]}}


def _without_titles(schema: Any) -> Any:
    """pydantic titles every field with its own name, which editors show twice."""
    text = json.dumps(schema).replace("#/$defs/", "#/definitions/")
    return _strip(json.loads(text))


def _strip(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _strip(item) for key, item in value.items() if not (key == "title" and isinstance(item, str))}
    return [_strip(item) for item in value] if isinstance(value, list) else value
