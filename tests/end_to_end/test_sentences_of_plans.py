"""What the engine says in the plans of the example regions has its Chinese, every sentence."""

import tomllib

from plan_sentences import unsaid


def test_every_sentence_of_the_plan_has_its_chinese(planned):
    """All but the notes that people wrote in the region's files."""
    written = tomllib.loads((planned.scenario.parent / "region.toml").read_text("utf-8"))
    own = {f"note: {note}" for note in written.get("notes", ())}
    assert [text for text in unsaid(planned.plan) if text not in own] == []
