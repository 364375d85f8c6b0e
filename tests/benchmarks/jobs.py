"""What is measured: the rows of the tables, and the bar that each should clear."""

from dataclasses import dataclass

from benchmarks.instances import SEED

SPOPT = "spopt + HiGHS"
PULP = "PuLP loops + HiGHS"
HIGHS = "plain HiGHS"
LOKIGI = "lokigi GRASP"
SCIP = "SCIP + Benders"
OURS = "allocator"
PEERS = (SPOPT, PULP, HIGHS, LOKIGI, SCIP)


@dataclass(frozen=True)
class Bar:
    """What counts as well done; fields that are None are not asked for.

    Attributes
    ----------
    ratio
        Peer's seconds over ours, at least (the first peer).
    memory
        Our peak memory over the peer's, at most.
    proven
        Whether the answer must be proven optimal.
    gap
        Relative, at most.
    seconds, gigabytes
        Ours, at most.
    """

    ratio: float | None = None
    memory: float | None = None
    proven: bool = False
    gap: float | None = None
    seconds: float | None = None
    gigabytes: float | None = None


@dataclass(frozen=True)
class Job:
    """One question on one made-up county.

    Attributes
    ----------
    model
        ``lscp``, ``psclp``, ``mclp``, ``p_median`` or ``p_center``.
    cells, sites, p, share
        Size of the county, number of sites to open, share of the people to reach.
    peers
        Who else is asked the same.
    limit
        Seconds that this package may take at most; it stops by work long before, as a rule.
    quick
        Who is asked in the quick form.
    towns
        ``compact`` or ``wide``: see :mod:`benchmarks.instances`.
    seed
        Of the county.
    """

    model: str
    cells: int
    sites: int
    p: int = 0
    share: float = 0.0
    peers: tuple[str, ...] = ()
    bar: Bar = Bar()
    limit: float | None = None
    quick: tuple[str, ...] = ()
    towns: str = "compact"
    seed: int = SEED

    @property
    def name(self) -> str:
        """Short and unique: ``mclp-5000x500``."""
        wide = "-wide" if self.towns == "wide" else ""
        share = f"-{self.share:.0%}".rstrip("%") if self.share else ""
        other = "" if self.seed == SEED else f"-county{self.seed}"
        return f"{self.model.replace('_', '-')}-{self.cells}x{self.sites}{share}{wide}{other}"

    @property
    def title(self) -> str:
        """As the table shows it."""
        model = {"p_median": "p-median", "p_center": "p-center"}.get(self.model, self.model.upper())
        asked = f", p = {self.p}" if self.p else f", {self.share:.0%}" if self.share else ""
        wide = "; wide towns" if self.towns == "wide" else ""
        other = "" if self.seed == SEED else f"; county {self.seed}"
        return f"{model} {self.cells:,} x {self.sites:,}{asked}{wide}{other}"


@dataclass(frozen=True)
class Published:
    """A set of instances, each with a known optimum.

    Attributes
    ----------
    name, title
        Short and unique; as the table shows it.
    bar
        Seconds are for all together.
    longest
        Seconds that one instance may take.
    quick
        Part of the quick form.
    """

    name: str
    title: str
    bar: Bar = Bar(proven=True)
    longest: float | None = None
    quick: bool = False


_MILLION = 1_000_000
_ALL_QUICK = (OURS, SPOPT, PULP, HIGHS)
JOBS = (
    Job("mclp", 500, 100, p=10, peers=(SPOPT, PULP, HIGHS, LOKIGI), quick=_ALL_QUICK),
    Job("mclp", 2_000, 200, p=15, peers=(SPOPT, PULP, HIGHS), quick=_ALL_QUICK),
    Job("mclp", 5_000, 500, p=20, peers=(SPOPT, PULP, HIGHS), bar=Bar(ratio=150, memory=1.0)),
    Job("mclp", 20_000, 1_000, p=30, peers=(SPOPT, HIGHS, SCIP), bar=Bar(proven=True)),
    Job("mclp", 100_000, 1_000, p=30, peers=(HIGHS,), bar=Bar(gap=0.0002, seconds=150), limit=150),
    *(
        Job("mclp", 100_000, 1_000, p=30, bar=Bar(gap=0.0002, seconds=150), limit=150, seed=seed)
        for seed in (1, 2, 3)
    ),
    Job("mclp", _MILLION, 1_000, p=30, bar=Bar(gap=0.0015, seconds=150), limit=150),
    Job(
        "mclp", 10 * _MILLION, 1_000, p=30, bar=Bar(gap=0.003, seconds=150, gigabytes=3),
        limit=150,
    ),
    Job("lscp", 2_000, 200, peers=(SPOPT, PULP, HIGHS), quick=_ALL_QUICK),
    Job("lscp", 5_000, 500, peers=(SPOPT, PULP, HIGHS), bar=Bar(ratio=500)),
    Job("lscp", 20_000, 1_000, peers=(SPOPT, HIGHS), bar=Bar(ratio=200)),
    Job("lscp", _MILLION, 1_000, bar=Bar(proven=True, seconds=15)),
    Job("psclp", 20_000, 1_000, share=0.9, peers=(HIGHS,), bar=Bar(proven=True)),
    Job("psclp", 100_000, 1_000, share=0.9, bar=Bar(proven=True, seconds=5)),
    Job("psclp", _MILLION, 1_000, share=0.7, bar=Bar(proven=True, seconds=5)),
    Job("p_median", 500, 100, p=10, peers=(SPOPT, PULP, HIGHS, LOKIGI), quick=(OURS, HIGHS)),
    Job(
        "p_median", 2_000, 200, p=15, peers=(SPOPT, PULP, HIGHS),
        bar=Bar(ratio=1_000, memory=0.25),
    ),
    Job("p_median", 5_000, 500, p=20, peers=(SPOPT,), bar=Bar(proven=True)),
    Job("p_median", 20_000, 1_000, p=30, bar=Bar(proven=True, seconds=10, gigabytes=1.5)),
    Job("p_median", 100_000, 1_000, p=30, bar=Bar(proven=True, seconds=40, gigabytes=4)),
    Job("p_center", 500, 100, p=10, peers=(SPOPT, HIGHS, LOKIGI), quick=(OURS,)),
    Job("p_center", 5_000, 500, p=20, bar=Bar(proven=True)),
    Job("mclp", 5_000, 500, p=20, peers=(SPOPT, PULP, HIGHS), towns="wide"),
    Job("mclp", 20_000, 1_000, p=30, peers=(HIGHS, SCIP), limit=150, towns="wide"),
    Job("mclp", 10 * _MILLION, 1_000, p=30, limit=600, towns="wide"),
    Job("lscp", 5_000, 500, peers=(SPOPT, PULP, HIGHS), towns="wide"),
    Job("lscp", 20_000, 1_000, peers=(SPOPT, HIGHS), towns="wide"),
    Job("psclp", 100_000, 1_000, share=0.9, limit=150, towns="wide"),
    Job("p_median", 2_000, 200, p=15, peers=(SPOPT,), towns="wide"),
)  # fmt: skip
PUBLISHED = (
    Published("aggregation", "200 made-up counties with most cells merged, against plain HiGHS on "
              "all cells: LSCP and MCLP"),
    Published("pmed-median", "p-median, OR-Library pmed, odd numbers", Bar(proven=True, seconds=60),
              longest=120),
    Published("pmed-center", "p-center, OR-Library pmed, odd numbers",
              Bar(proven=True, seconds=30)),
    Published("pmedcap", "capacitated p-median, single source, OR-Library pmedcap"),
    Published("cap", "capacitated facility location, OR-Library cap"),
    Published("sjc", "capacitated p-median, single source, SJC (Lorena and Senne), 60 s each",
              Bar()),
    Published("san-francisco", "San Francisco, 205 tracts x 16 stores: LSCP, MCLP, p-median, "
              "p-center", quick=True),
)  # fmt: skip


def find(name: str) -> Job | Published:
    """The job or set of this name.

    Raises
    ------
    KeyError
        If there is none.
    """
    return {one.name: one for one in (*JOBS, *PUBLISHED)}[name]
