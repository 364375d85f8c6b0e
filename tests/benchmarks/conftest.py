"""What pytest should know of this folder."""

collect_ignore = ["scip_benders.py"]  # imports SCIP, which only the benchmarks need
