"""In which coordinate system distances are measured when points come from files."""

import numpy as np

from allocator.region.coordinates import (
    Box,
    box_in_degrees,
    local_metric_crs,
    metric_problem,
    parse_crs,
    scale_check,
    short_name,
)
from allocator.region.findings import Findings
from allocator.region.point_files import Points


def stated_crs(text: str | None, found: Findings) -> str | None:
    """The CRS of ``--crs``, if it is one."""
    if text is not None and parse_crs(text) is None:
        found.problem(
            f"--crs: {text!r} is not a known coordinate reference system; write EPSG:NNNNN"
        )
        return None
    return text


def box_of(points: Points | None, file: str, found: Findings) -> Box | None:
    """Where points lie, in degrees; a problem if their CRS cannot say."""
    around = None if points is None else points.box()
    if points is None or around is None:
        return None
    box = box_in_degrees(around, points.crs)
    if np.isfinite(box).all():
        return box
    found.problem(
        f"{file}: coordinates {around[0]:g} to {around[2]:g}, {around[1]:g} to {around[3]:g} lie "
        f"outside {short_name(points.crs)}; check --crs"
    )
    return None


def measuring_crs(stated: str | None, own: str | None, box: Box, found: Findings) -> str:
    """The first of ``--crs`` and the file's own CRS that is fit for distances, else a UTM zone.

    Parameters
    ----------
    stated, own
        As given; degrees and maps that stretch lengths are passed over, with a note.
    box
        Where the points lie, in degrees.
    """
    for crs in dict.fromkeys(c for c in (stated, own) if c is not None):
        parsed = parse_crs(crs)
        if parsed is None or parsed.is_geographic:
            continue
        check = scale_check(crs, box)
        why = metric_problem(crs) or check.problem
        if not why:
            if check.note:
                found.note(check.note)
            return crs
        found.note(f"distances are not measured in {crs}: {why}")
    chosen = local_metric_crs(box)
    found.note(f"distances are measured in {chosen}, the UTM zone of the points' middle")
    if note := scale_check(chosen, box).note:
        found.note(note)
    return chosen
