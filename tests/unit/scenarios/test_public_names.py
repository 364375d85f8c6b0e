"""What the package offers for scenarios under its own name."""

from region_folders import tiny_folder

import allocator as al


def test_many_scenarios_from_one_file(tmp_path):
    """Read, vary, hash, multiply, write: with nothing but ``import allocator``."""
    tiny_folder(tmp_path)
    path = tmp_path / "sweep.toml"
    path.write_text(
        'region = "."\npolicy = "xihu-2020"\n[sweep]\n"population.A" = [1.0, 1.1]\n',
        encoding="utf-8",
    )
    first, second = al.variants(path)
    assert isinstance(first, al.Variant)
    assert al.content_hash(first.scenario) != al.content_hash(second.scenario)
    region = al.with_population_factors(al.read_region(tmp_path), second.scenario.population)
    assert region.units.people("A") == 1100
    al.write_scenario(second.scenario, tmp_path / "one.toml")
    assert al.read_scenario(tmp_path / "one.toml").population == {"A": 1.1}
    assert "sweep" in al.scenario_schema()["properties"]
