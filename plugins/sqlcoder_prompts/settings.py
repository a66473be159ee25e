"""What every prompter can be told."""

from __future__ import annotations

from pydantic import Field

from sqlcoder_core.api import Settings


class PromptSettings(Settings):
    """How much a prompt shows."""

    examples: int = Field(default=3, ge=0, le=20, description="Verified questions shown as examples at most, those most like the question.")
    values: int = Field(default=20, ge=0, le=200, description="Values shown of an enumeration at most; a longer one is sampled.")
    samples: int = Field(default=3, ge=0, le=50, description="Stored values shown of other columns of text, beside those asked for.")
    behind: bool = Field(
        default=False, description="Show also tables that others are built on (staging, raw), where the question does not mean them."
    )


class OriginalSettings(PromptSettings):
    """How much a prompt in an original form shows; these models were not trained with examples, so there is one at most by default."""

    examples: int = Field(default=1, ge=0, le=20, description="Verified questions shown as rules at most, those most like the question.")


class SharingSettings(PromptSettings):
    """How much a prompt shows, and how much of it all questions share."""

    share: float = Field(
        default=0.75,
        ge=0,
        le=1,
        description="Share of the prompt's room that the whole catalog may take, so that its state is computed once for all questions; "
        "0 shows each question only the tables that it may need.",
    )
