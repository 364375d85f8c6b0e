"""What a solve may use: the caller's word first, the clock that is left."""

from allocator.location.engines.limits import Limits


def test_a_solve_gets_what_is_left():
    """Nodes as usual unless the caller said otherwise; seconds never quite 0."""
    plain = Limits(seed=3, threads=2)
    assert plain.of_a_solve() == {
        "time_limit_seconds": None, "node_limit": None, "seed": 3, "threads": 2,
    }  # fmt: skip
    assert plain.of_a_solve(50)["node_limit"] == 50
    assert Limits(node_limit=7).of_a_solve(50)["node_limit"] == 7
    late = Limits(time_limit_seconds=1e-9)
    assert late.of_a_solve()["time_limit_seconds"] == 0.01
    assert not late.stopped_by_clock
    assert late.out_of_time()
    assert late.stopped_by_clock
