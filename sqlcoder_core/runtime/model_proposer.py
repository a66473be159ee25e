"""Linked questions in, candidates out: a prompter renders, a model writes, SQL is taken out of what it wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import ClassVar

from sqlcoder_core.contracts.component import Context
from sqlcoder_core.contracts.prompter import Prompter, Room
from sqlcoder_core.contracts.proposer import Ask, FailedTry, Proposer
from sqlcoder_core.contracts.runtime import RemoteRuntime, Runtime, RuntimeSettings
from sqlcoder_core.errors import ConfigError, ModelDied, ModelError, PluginError, SqlcoderError, UsageError
from sqlcoder_core.models.names import known, recognised
from sqlcoder_core.runtime.asking_again import LEAST_SECONDS, Questions, failed_try
from sqlcoder_core.runtime.hypotheses import candidates_of, problem_of
from sqlcoder_core.runtime.local_model import LocalModel
from sqlcoder_core.runtime.prompt_record import record_of
from sqlcoder_core.runtime.receives import model_notes, note, receives
from sqlcoder_core.values.candidate import Candidate, Proposal
from sqlcoder_core.values.generation import Decoding, Generated, ModelFacts, Prompt, ShownTable
from sqlcoder_core.values.problem import Problem

_OF_THE_PROCESS = ("model_died", "out_of_memory")


class ModelProposer(Proposer):
    """A model runtime as a proposer. `prompter` is the configured one, None where `by_word` builds the one that suits the model.

    The model is loaded with the first question. Raises ModelError for a model that is not here or cannot be loaded; what goes
    wrong with one question is the problem of its proposal.
    """

    settings: RuntimeSettings
    votes: ClassVar[bool] = True

    def __init__(self, runtime: Runtime, context: Context, prompter: Prompter | None, by_word: Callable[[str], Prompter]) -> None:
        super().__init__(runtime.settings, context)
        # For everybody else this is the runtime: its word, its settings, its manners.
        self.name = runtime.name  # type: ignore[misc]
        self.Settings = type(runtime.settings)  # type: ignore[misc]
        self.runtime = runtime
        self.together = self.settings.together
        self.local = runtime.local
        self._configured = prompter
        self._by_word = by_word
        self.model = runtime if isinstance(runtime, RemoteRuntime) else LocalModel(runtime, context)
        self._told = False
        self._questions = Questions()
        self._local = self.model if isinstance(self.model, LocalModel) else None

    def propose(self, asks: tuple[Ask, ...]) -> Iterator[Proposal]:
        """One proposal per ask, in order; the prompts are decoded together."""
        room = self._room()
        self._questions.begin(asks)
        try:
            rendered = [self._rendered(ask, room) for ask in asks]
        except ModelDied as died:  # while counting: the next question gets a fresh process
            return iter([Proposal(problem=self._died(died))] * len(asks))
        prompts = [one for one in rendered if isinstance(one, Prompt)]
        generated = iter(self._generated(asks, prompts) if prompts else ())
        return iter([self._proposal(ask, one, generated, room.model) for ask, one in zip(asks, rendered, strict=True)])

    def repair(self, ask: Ask, candidate: Candidate, problems: tuple[Problem, ...]) -> Proposal:
        """The question again with the statement and what is wrong with it, within what is left of the question's time.

        Nothing where the prompt would be one that the model has read: a prompter that does not show what failed, or no time.
        """
        given, seconds = self._questions.of(ask), self.settings.seconds
        try:
            room = self._room()
            failed = failed_try(candidate, problems, values=room.values)
            prompt = self._rendered(replace(ask, failed=failed, listener=None), room)
            if isinstance(prompt, Problem):
                return Proposal(problem=prompt)
            if not given.is_new(prompt) or seconds - given.seconds < LEAST_SECONDS:
                return Proposal()
            decoding = replace(self._decoding((ask,)), temperature=0.0, seconds=seconds - given.seconds)
            one = next(iter(self.model.generate([prompt], replace(decoding, hypotheses=min(decoding.hypotheses, decoding.beams)))))
        except ModelDied as died:
            return Proposal(problem=self._died(died))
        given.note(prompt, one)
        record = tuple(pair for pair in record_of(prompt, one) if pair[0] in ("prompt", "tokens"))
        return Proposal(candidates=candidates_of(one, prompt, self.name, ask.candidates), problem=problem_of(one, self.name), record=record)

    def _died(self, died: ModelDied) -> Problem:
        return Problem(code=died.code, message=died.message, place=died.place, hint=died.hint, found_by=self.name)

    def warm(self) -> None:
        """Start loading a local model."""
        if self._local is not None:
            self._local.warm()

    def close(self) -> None:
        """End the model's process unless another session uses it, or the connection to its server."""
        self.model.close()

    def findings(self) -> tuple[Problem, ...]:
        """What the runtime receives, its model, its walls, what is missing. Loads the model."""
        missing = self.runtime.missing()
        loaded = (missing,) if missing else tuple(self._loaded_findings())
        said = {one.message for one in loaded}
        return (note(receives(self.runtime)), *loaded, *(one for one in self.runtime.findings() if one.message not in said))

    def _loaded_findings(self) -> Iterator[Problem]:
        try:
            facts = self.model.facts()
            yield from model_notes(facts, self._local.files if self._local else None)
            yield note(f"prompter {self.prompter.name}")
        except SqlcoderError as error:
            yield Problem(code="model", message=error.message, place=error.place, hint=error.hint, found_by="doctor")
            return
        if self._local is not None:
            yield self._local.worker.sandbox_finding()

    def identity(self) -> tuple[tuple[str, str], ...]:
        """Model, weights, decoding and prompter, told from settings and files: nothing is loaded for it."""
        trained = self._trained_with(self.settings.model)
        chosen = self._configured.name if self._configured else trained
        prompter = (("prompter", chosen),) if chosen else ()
        return (*self._model_identity(), ("decoding", decoding_text(self.settings)), *prompter)

    def _model_identity(self) -> tuple[tuple[str, str], ...]:
        if self._local is None:
            return (("model", self.settings.model),) if self.settings.model else ()
        return (("model", self._local.files.name), ("weights", self._local.weights))

    @cached_property
    def prompter(self) -> Prompter:
        """The configured prompter, else the one that the model was trained with, else `chat` where it has a template for chats."""
        if self._configured is not None:
            return self._configured
        facts = self.model.facts()
        return self._by_word(self._trained_with(facts.name) or ("chat" if facts.chat_template else "schema_first"))

    def _trained_with(self, name: str | None) -> str | None:
        """The prompter that the model was trained with: its files say it, of a server's model its name. A server that is only to be asked
        in turns of a chat cannot be given a text that is complete."""
        if self._local is not None:
            return self._local.files.prompt
        if getattr(self.settings, "mode", None) == "chat":
            return None
        model = (known(name) or recognised(name)) if name else None
        return model.prompt if model else None

    def _room(self) -> Room:
        facts = self.model.facts()
        settings = self.settings
        windows = (facts.context, getattr(settings, "context", None), self._local.files.context if self._local else None)
        context = min(window for window in windows if window)
        if context <= settings.max_tokens:
            hint = "lower `max_tokens`, or raise `context`" if facts.context > settings.max_tokens else "lower `max_tokens`"
            raise ModelError(f"a context of {context} tokens has no room for a prompt beside {settings.max_tokens} `max_tokens`", hint=hint)
        values = self.local or bool(getattr(settings, "share_values", False))
        return Room(tokens=context - settings.max_tokens, count=self.model.count, model=facts, values=values)

    def _rendered(self, ask: Ask, room: Room) -> Prompt | Problem:
        """The prompt, or why there is none."""
        try:
            prompt = self.prompter.prompt(_cleaned(ask, room), room)
        except UsageError as error:
            if isinstance(error, ConfigError):
                raise
            return Problem(code="prompt", message=error.message, place=error.place, hint=error.hint, found_by=self.prompter.name)
        except SqlcoderError:
            raise
        except Exception as error:  # a prompter is foreign code; its failure is reported by its name
            raise PluginError(f"prompter {self.prompter.name!r} failed: {type(error).__name__}: {error}") from error
        shown = _in_default_schema(prompt.shown, ask.linked.default_schema)
        return replace(prompt, prompter=prompt.prompter or self.prompter.name, shown=shown)

    def _generated(self, asks: tuple[Ask, ...], prompts: list[Prompt]) -> Iterator[Generated]:
        decoding = self._decoding(asks)
        if len(prompts) == 1:
            streams = decoding.hypotheses == 1 and decoding.beams == 1
            yield from self.model.generate(prompts, decoding, asks[0].listener if streams else None)
            return
        for prompt, generated in zip(prompts, self.model.generate(prompts, decoding), strict=True):
            # One question's crash is not the others' fault, and what is too much for five may do for one.
            alone = generated.problem is not None and generated.problem.code in _OF_THE_PROCESS and not generated.hypotheses
            yield from self.model.generate([prompt], decoding) if alone else (generated,)

    def _decoding(self, asks: tuple[Ask, ...]) -> Decoding:
        return replace(self.settings.decoding(self._wanted(asks)), dialect=asks[0].dialect)

    def _wanted(self, asks: tuple[Ask, ...]) -> int:
        """Beams that were searched anyway cost nothing, and some of them say the same; a server's or a sample's answers cost."""
        wanted = max(ask.candidates for ask in asks)
        return max(wanted, self.settings.beams) if self.local and not self.settings.temperature else wanted

    def _proposal(self, ask: Ask, prompt: Prompt | Problem, generated: Iterator[Generated], facts: ModelFacts) -> Proposal:
        if isinstance(prompt, Problem):
            return Proposal(problem=prompt)
        one = next(generated, None)
        if one is None:
            raise PluginError(f"runtime {self.name!r} gave fewer answers than it was asked for")
        self._questions.of(ask).note(prompt, one)
        candidates = self._with_notes(candidates_of(one, prompt, self.name, ask.candidates), facts)
        problem = problem_of(one, self.name)
        reason = None if candidates or problem else "the model wrote no SQL"
        return Proposal(candidates=candidates, reason=reason, problem=problem, record=self._record(prompt, one, facts))

    def _with_notes(self, candidates: tuple[Candidate, ...], facts: ModelFacts) -> tuple[Candidate, ...]:
        """The first answer says what is to be known of the model."""
        if self._told or not candidates:
            return candidates
        self._told = True
        return tuple(replace(one, notes=(*one.notes, *facts.notes)) for one in candidates)

    def _record(self, prompt: Prompt, generated: Generated, facts: ModelFacts) -> tuple[tuple[str, str], ...]:
        told = {name for name, _ in self.identity()}
        made = (("model", facts.name), ("prompter", prompt.prompter), ("precision", facts.precision), ("device", facts.device))
        return (*((name, value) for name, value in made if value and name not in told), *record_of(prompt, generated))


def _cleaned(ask: Ask, room: Room) -> Ask:
    """The person's own words, and a statement that failed, without anything that means a control token to the model; prompters do the
    same with what the catalog says."""
    question = ask.linked.question

    def plain(text: str | None) -> str | None:
        return None if text is None else room.plain(text.encode("utf-8", "replace").decode())

    said = replace(question, text=plain(question.text) or "", instructions=plain(question.instructions), previous=plain(question.previous))
    failed = ask.failed
    if failed is not None:
        failed = FailedTry(sql=plain(failed.sql) or "", problems=tuple(plain(one) or "" for one in failed.problems))
    return replace(ask, linked=replace(ask.linked, question=said), failed=failed)


def _in_default_schema(shown: tuple[ShownTable, ...], schema: str | None) -> tuple[ShownTable, ...]:
    """Tables whose bare name is enough are marked so; prompters need not know."""
    default = schema.lower() if schema else None
    return tuple(replace(one, bare=True) if one.name.schema is None or one.name.schema.lower() == default else one for one in shown)


def decoding_text(settings: RuntimeSettings) -> str:
    """How answers are decoded, in one line."""
    text = f"beams {settings.beams}, max_tokens {settings.max_tokens}, length_penalty {settings.length_penalty:g}"
    text += f", constrain {str(settings.constrain).lower()}"
    if settings.temperature:
        text += f", temperature {settings.temperature:g}, top_p {settings.top_p:g}, top_k {settings.top_k}, seed {settings.seed}"
    return text
