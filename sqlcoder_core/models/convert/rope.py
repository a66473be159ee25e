"""Scaled rotary embeddings: config.json's `rope_scaling` and what GGUF writes for it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlcoder_core.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# What Meta published with Llama 3.1; a file of factors alone does not name them, and most factors come from these.
_USUAL = {"low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}


def normalised(config: Mapping[str, Any]) -> dict[str, Any]:
    """A config.json that says `rope_theta` and `rope_scaling`, whichever way transformers 4 or 5 wrote them.

    Models whose positions are a table (`n_positions`) have neither.
    """
    said = dict(config)
    if "n_positions" in said:
        return said
    given = said.pop("rope_parameters", None)
    if isinstance(given, dict):
        said.setdefault("rope_theta", given.get("rope_theta", 10000.0))
        said.setdefault("rope_scaling", {key: value for key, value in given.items() if key != "rope_theta"})
    said.setdefault("rope_theta", 10000.0)
    said["rope_scaling"] = _scaling(said.get("rope_scaling"))
    return said


def _scaling(given: Any) -> dict[str, Any] | None:
    """With its kind as `rope_type`, which older files call `type`; None where nothing is scaled."""
    if not isinstance(given, dict):
        return None
    kind = given.get("rope_type", given.get("type", "default"))
    rest = {key: value for key, value in given.items() if key not in ("type", "rope_type")}
    return None if kind == "default" else {"rope_type": kind, **rest}


def llama3_factors(scaling: Mapping[str, Any], theta: float, dimensions: int) -> NDArray[np.float32]:
    """By what each frequency is divided, `[dimensions / 2]`: GGUF's `rope_freqs.weight`.

    Source: transformers' `_compute_llama3_parameters`; llama.cpp's converter writes the same.
    """
    import numpy as np

    factor, low, high = (float(scaling[key]) for key in ("factor", "low_freq_factor", "high_freq_factor"))
    turns = float(scaling["original_max_position_embeddings"]) / _wavelengths(theta, dimensions)
    smooth = (turns - low) / (high - low)
    between = 1 / ((1 - smooth) / factor + smooth)
    return np.where(turns > high, 1.0, np.where(turns < low, factor, between)).astype(np.float32)


def scaling_from_factors(factors: NDArray[np.float32], theta: float, place: str) -> dict[str, Any]:
    """The `rope_scaling` whose factors these are. Raises ModelError where there is none.

    Four numbers make the factors, but at most three can be told from them: the original context is taken as Meta's 8192.
    """
    factor = float(factors.max())
    for scaling in ({**_USUAL, "factor": factor}, _fitted(factors, theta, factor)):
        if scaling and _close(llama3_factors(scaling, theta, 2 * len(factors)), factors):
            return {"rope_type": "llama3", "factor": _round(scaling["factor"])} | {key: scaling[key] for key in _USUAL}
    raise ModelError("the factors of its rotary embedding (rope_freqs.weight) follow no rule known here", place=place, hint="use the GGUF")


def _fitted(factors: NDArray[np.float32], theta: float, factor: float) -> dict[str, Any] | None:
    """1/factor is linear in the number of turns, between two ends that lie where the factors stop changing."""
    turns = [float(turn) for turn in _USUAL["original_max_position_embeddings"] / _wavelengths(theta, 2 * len(factors))]
    between = [place for place, value in enumerate(factors) if 1.0 + 1e-4 < value < factor * (1 - 1e-4)]
    smooth = [(1 / float(factors[place]) - 1 / factor) / (1 - 1 / factor) for place in between] if factor > 1 else []
    if len(between) > 1:
        slope = (smooth[0] - smooth[-1]) / (turns[between[0]] - turns[between[-1]])
        low = turns[between[-1]] - smooth[-1] / slope
        return _scaled(factor, low, low + 1 / slope)
    last = sum(1 for value in factors if value <= 1.0 + 1e-4) - 1  # frequencies are ordered, the unchanged ones first
    if not 0 <= last < len(turns) - 1:
        return None
    if not between:
        return _scaled(factor, (turns[last] + 2 * turns[last + 1]) / 3, (2 * turns[last] + turns[last + 1]) / 3)
    # Any line through the one point does that reaches both ends before the neighbours.
    point = turns[between[0]]
    after = turns[between[0] + 1] if between[0] + 1 < len(turns) else 0.0
    reach = min((point - after) / smooth[0], (turns[last] - point) / (1 - smooth[0])) / 2
    return _scaled(factor, point - smooth[0] * reach, point + (1 - smooth[0]) * reach)


def _scaled(factor: float, low: float, high: float) -> dict[str, Any]:
    return _USUAL | {"factor": factor, "low_freq_factor": _round(low), "high_freq_factor": _round(high)}


def _wavelengths(theta: float, dimensions: int) -> NDArray[np.float64]:
    import numpy as np

    return 2 * math.pi * float(theta) ** (np.arange(0, dimensions, 2, dtype=np.float64) / dimensions)


def _close(these: NDArray[np.float32], those: NDArray[np.float32]) -> bool:
    import numpy as np

    return bool(np.allclose(these, those, rtol=1e-4))


def _round(number: float) -> float:
    """The short number that was meant where float32 blurs it."""
    short = round(number, 3)
    return short if abs(short - number) < 1e-4 * abs(number) else number
