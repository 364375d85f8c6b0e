"""Which texts of a plan the engine wrote, and which of them have no Chinese."""

from allocator.files.sentences.columns import cell_in_chinese, clash_in_chinese
from allocator.plans import Plan

COLUMNS = {
    "compliance": ("note", "measure"), "marginals": ("words", "method", "measure"),
    "conflicts": ("note", "measure"), "fairness": ("measure",), "tiers": ("block",),
    "assumptions": ("meaning", "source"),
}  # fmt: skip
"""Columns in which nobody but the engine writes."""


def unsaid(plan: Plan) -> list[str]:
    """Texts of the engine without a Chinese form, each with the table and column of it."""
    currency = plan.provenance.get("currency", "")
    written = [
        (table, column, text)
        for table, columns in COLUMNS.items()
        for column in columns
        for text in dict.fromkeys(getattr(plan, table)[column].fillna("").astype(str))
        if text != currency and any(map(str.isalpha, text))
    ]
    silent = [f"{t}.{c}: {text}" for t, c, text in written if cell_in_chinese(c, text) is None]
    limits = plan.conflicts[plan.conflicts["strength"] == "limit"]
    silent += [
        f"limit: {words}"
        for words in dict.fromkeys(limits["words"])
        if clash_in_chinese(words, "limit", words, {}) == words
    ]
    changed = plan.compliance["origin"].fillna("").str.startswith(("own rule", "override"))
    origins = dict.fromkeys(plan.compliance.loc[changed, "origin"])
    silent += [f"origin: {text}" for text in origins if cell_in_chinese("origin", text) is None]
    notes = [str(note) for note in plan.provenance.get("notes") or ()]
    return silent + [f"note: {n}" for n in notes if cell_in_chinese("note", n) is None]
