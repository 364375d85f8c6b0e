"""Batches: many scenarios into one table, on this machine or on a Dask cluster.

The page beside this file, README.md, says how to run one, what its table holds and what happens
when it is interrupted. :mod:`allocator.batches.entry` has ``al.batch``; then, in the order in
which a scenario meets them:

==================  ============================================================================
``jobs``            files, sweeps and scenarios become jobs with names of their own
``locks``           one batch at a time in a folder
``journals``        what ended, kept row by row, so that nothing is planned twice
``plan_folders``    whether the plan that a row speaks of is there, whole
``course``          what is known, what runs, what is tried again
``queues``          which job goes to which worker
``workers``         processes on this machine; ``worker_processes`` is what runs in each
``dask_workers``    workers of a Dask cluster
``planning_jobs``   one job planned, in whichever process
``inputs``          regions and policies read once per process
``sharing``         called once in each process, with the folder that the workers share
``measures``        seconds and memory of one scenario
``rows``            what a plan, or an error, adds to the table
==================  ============================================================================
"""
