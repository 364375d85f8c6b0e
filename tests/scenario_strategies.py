"""Tables of scenario files at random, all of them sound."""

from hypothesis import strategies as st

SCENARIOS = st.fixed_dictionaries(
    {"region": st.just("."), "policy": st.sampled_from(["national", "jiaxing-2025"])},
    optional={
        "budget": st.integers(0, 9),
        "over": st.sampled_from(["", "national"]),
        "assumptions": st.dictionaries(
            st.sampled_from(["detour", "walking_kmh", "cost_years"]), st.integers(1, 5)
        ),
        "population": st.dictionaries(st.sampled_from(["A", "B", "all"]), st.floats(0.5, 2)),
        "solver": st.fixed_dictionaries({}, optional={"seed": st.integers(0, 9)}),
        "overrides": st.dictionaries(
            st.sampled_from(["J031", "J025.people"]),
            st.dictionaries(st.sampled_from(["number", "upper"]), st.integers(1, 9), min_size=1),
        ),
    },
)
