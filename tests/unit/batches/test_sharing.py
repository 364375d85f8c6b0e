"""The folder that the workers of a batch share, and whether anybody still waits for them."""

from batch_builders import tiny_scenarios

from allocator.batches import sharing
from allocator.batches.entry import batch
from allocator.batches.sharing import begin_run, end_run, is_called_off, prepare_once


def test_each_process_is_made_ready_once(tmp_path, monkeypatch, inline):
    """Before its first scenario, with a folder that is there for all of them."""
    seen, calm = [], sharing.prepare

    def prepare(shared):
        calm(shared)
        seen.append((shared, shared.is_dir()))

    monkeypatch.setattr(sharing, "prepare", prepare)
    batch(tiny_scenarios(tmp_path / "tiny", "ab"), tmp_path / "out")
    batch(tiny_scenarios(tmp_path / "tiny", "abc"), tmp_path / "out")
    assert seen == [(tmp_path / "out" / ".shared", True)]
    prepare_once(str(tmp_path / "deep" / "shared"))
    assert (tmp_path / "deep" / "shared").is_dir()


def test_a_run_is_called_off_when_it_or_its_successor_says_so(tmp_path):
    """A run of which nothing is known, as on a machine without the folder, goes on."""
    first = begin_run(tmp_path)
    assert not is_called_off(str(tmp_path), first)
    second = begin_run(tmp_path)
    assert is_called_off(str(tmp_path), first)
    assert not is_called_off(str(tmp_path), second)
    end_run(tmp_path, second)
    assert is_called_off(str(tmp_path), second)
    assert not is_called_off(str(tmp_path / "elsewhere"), second)
    assert not is_called_off(str(tmp_path), "")


def test_fresh_shares_nothing_with_before(tmp_path, planner, write):
    """What an earlier run has left for the next is gone; otherwise it stays."""
    out, path = tmp_path / "out", write("a")
    batch(path, out)
    left = out / ".shared" / "answers" / "one"
    left.parent.mkdir(exist_ok=True)
    left.write_text("old")
    batch(path, out)
    assert left.exists()
    batch(path, out, fresh=True)
    assert not left.exists()
    assert left.parents[1].is_dir()
