"""A Llama of 1.4 million parameters, trained on the toy questions for a minute: real weights whose best answers are clear."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from toy_questions import Pair, pairs, prompt_of

VOCABULARY = 1024
_STEPS, _BATCH, _RATE = 500, 32, 2e-3
_END, _BEGIN = "<|end_of_text|>", "<|begin_of_text|>"
# Llama 3's pre-tokenizer, so that llama.cpp splits text in the same way (its name there: llama-bpe).
_SPLIT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_CHAT = "{% for m in messages %}{{ m['content'] }}{% endfor %}{% if add_generation_prompt %}\nsql: {% endif %}"


def train_toy(folder: Path) -> Path:
    """Train and write a Hugging Face folder: config, safetensors, tokenizer. The same weights on the same machine."""
    import torch

    known = pairs()
    tokenizer = _tokenizer(known)
    torch.manual_seed(0)
    threads = torch.get_num_threads()
    model = _model()
    _train(model, [_encoded(tokenizer, pair) for pair in known])
    torch.set_num_threads(threads)
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    special = {"bos_token": _BEGIN, "eos_token": _END, "chat_template": _CHAT, "tokenizer_class": "PreTrainedTokenizerFast"}
    (folder / "tokenizer_config.json").write_text(json.dumps(special, indent=1))
    return folder


def _model() -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=256,
        intermediate_size=512,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        rope_theta=10_000.0,
        rms_norm_eps=1e-5,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )
    return LlamaForCausalLM(config)


def _train(model: Any, examples: list[tuple[list[int], int]]) -> None:
    """Next-token loss on the answers alone; batches drawn by a seeded generator, a rate that falls to nothing."""
    import torch

    draw = random.Random(1)
    optimiser = torch.optim.AdamW(model.parameters(), lr=_RATE, weight_decay=0.01, betas=(0.9, 0.95))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=_RATE, total_steps=_STEPS, pct_start=0.1)
    model.train()
    for _ in range(_STEPS):
        tokens, labels = _batch([draw.choice(examples) for _ in range(_BATCH)])
        loss = model(input_ids=tokens, labels=labels).loss
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    model.eval()


def _batch(drawn: list[tuple[list[int], int]]) -> Any:
    import torch

    width = max(len(tokens) for tokens, _ in drawn)
    tokens = torch.ones((len(drawn), width), dtype=torch.long)
    labels = torch.full((len(drawn), width), -100, dtype=torch.long)
    for row, (example, start) in enumerate(drawn):
        tokens[row, : len(example)] = torch.tensor(example)
        labels[row, start : len(example)] = torch.tensor(example[start:])
    return tokens, labels


def _encoded(tokenizer: Any, pair: Pair) -> tuple[list[int], int]:
    prompt = tokenizer.encode(prompt_of(pair.question)).ids
    return prompt + tokenizer.encode(pair.sql, add_special_tokens=False).ids + [1], len(prompt)


def _tokenizer(known: list[Pair]) -> Any:
    """Byte-level BPE with begin and end tokens in front and unused ones up to the vocabulary's width."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(_SPLIT), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    letters = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=VOCABULARY - 64, special_tokens=[_BEGIN, _END], initial_alphabet=letters, show_progress=False)
    tokenizer.train_from_iterator([prompt_of(pair.question) + pair.sql for pair in known], trainer)
    tokenizer.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in (_BEGIN, _END)])
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{_BEGIN} $A", special_tokens=[(_BEGIN, 0)])
    return tokenizer


def toy_answers(model: Any, tokenizer: Any, questions: list[str]) -> list[str]:
    """What transformers itself makes of the questions, greedily: to see that the toy has learned."""
    import torch

    answers = []
    for question in questions:
        prompt = torch.tensor([tokenizer.encode(prompt_of(question)).ids])
        out = model.generate(prompt, max_new_tokens=60, do_sample=False, pad_token_id=1)
        answers.append(tokenizer.decode(out[0, prompt.shape[1] :].tolist()))
    return answers
