"""Text that must not be seen: never printed, logged, compared by content or written into a signature."""

from __future__ import annotations


class Secret:
    """A password or token. `reference` says where it comes from (`${PGPASSWORD}`, `profiles.yml shop.dev.password`)."""

    __slots__ = ("_value", "reference")

    def __init__(self, value: str, *, reference: str) -> None:
        self._value = value
        self.reference = reference

    def reveal(self) -> str:
        """The text itself, for the one place that hands it to a driver."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({self.reference})"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.reference == other.reference

    def __hash__(self) -> int:
        return hash(self.reference)

    def __reduce__(self) -> str:
        raise TypeError("a Secret is not serialised; reveal() it where it is handed to a driver")
