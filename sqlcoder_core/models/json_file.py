"""The small JSON files beside a model's weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlcoder_core.errors import ModelError


def read_object(file: Path) -> dict[str, Any]:
    """The object in a file; empty where there is no such file, or something else in it. Raises ModelError for one that is no JSON."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"cannot be read: {error}", place=str(file), hint="fetch the model again") from error
    return found if isinstance(found, dict) else {}
