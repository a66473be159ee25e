"""What every prompter can be told."""

from __future__ import annotations

from pydantic import Field

from sqlcoder_core.api import Settings


class PromptSettings(Settings):
    """How much a prompt shows."""

    examples: int = Field(default=3, ge=0, le=20, description="Verified questions shown as examples at most, those most like the question.")
    values: int = Field(default=10, ge=0, le=100, description="Stored values shown of a column at most; 0 shows none but those asked for.")


class OriginalSettings(PromptSettings):
    """How much a prompt in an original form shows; these models were not trained with examples, so there is one at most by default."""

    examples: int = Field(default=1, ge=0, le=20, description="Verified questions shown as rules at most, those most like the question.")
