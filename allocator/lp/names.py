"""Names that every solver's files can hold, each taken once."""

_LONGEST = 90
"""Names in an .lp file have at most 100 characters; some are needed to keep them apart."""
_TAKEN = {
    "st", "such", "subject", "to", "bound", "bounds", "free", "inf", "infinity", "general",
    "generals", "gen", "binary", "binaries", "bin", "integer", "integers", "int", "semi", "semis",
    "sos", "min", "max", "minimize", "maximize", "minimise", "maximise", "obj",
}  # fmt: skip
"""Words that mean something else in an .lp or .mps file, as does a number or e5."""


class Names:
    """Gives out names; two that differ only in punctuation get a number."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def unique(self, name: str) -> str:
        """A plain name that nobody has yet."""
        short = unique = plain(name)
        while unique in self._taken:
            self._taken[short] += 1
            unique = f"{short}__{self._taken[short]}"
        self._taken[unique] = 0
        return unique


def plain(name: str) -> str:
    """Letters, digits, brackets become what .lp files allow; other scripts become code points."""
    plain = name.translate(_KEPT)[:_LONGEST] or "x"
    number_like = plain[0].isdigit() or plain[0] in "eE"
    return f"x_{plain}" if number_like or plain.lower() in _TAKEN else plain


class _Kept(dict[int, str]):
    """What becomes of a character, by its code point."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if not character.isascii():
            kept = f"u{code:x}"
        else:
            kept = character if character.isalnum() or character == "_" else "_"
        self[code] = kept
        return kept


_KEPT = _Kept()
