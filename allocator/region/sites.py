"""Sites: what stands where, and where something may be built."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

Status = Literal["existing", "candidate", "required"]

KINDS: dict[str, tuple[str, str]] = {
    "community_health_centre": ("community health centre", "社区卫生服务中心"),
    "township_health_centre": ("township health centre", "镇卫生院"),
    "health_station": ("community health station", "社区卫生服务站"),
    "village_clinic": ("village clinic", "村卫生室"),
    "ems_station": ("ambulance station", "急救站"),
    "general_hospital": ("general hospital", "综合医院"),
    "tcm_hospital": ("TCM hospital", "中医医院"),
    "specialist_hospital": ("specialist hospital", "专科医院"),
    "mch_institution": ("maternal and child health institution", "妇幼保健院"),
    "other_institution": ("other health institution", "其他医疗卫生机构"),
    "school": ("school (may host a post)", "学校"),
}
"""Site kinds: id -> label in English and in Chinese."""

ATTRIBUTES: dict[str, tuple[str, str]] = {
    "direct": ("run directly by the emergency centre", "直属站点"),
    "decontamination": ("with a decontamination area", "配备洗消区"),
}
"""What a site may have besides its kind; a plan may add it to an open site (an upgrade)."""


@dataclass(frozen=True, eq=False)
class Sites:
    """Existing sites and candidate sites.

    Attributes
    ----------
    table
        One row per site, indexed by site id (str): ``name``, ``kind`` (a key of :data:`KINDS`),
        ``grade`` ('' or 3A, 3B, 2A, 2B, 2, 1 ...), ``run_by`` ('' or city, county, private ...),
        ``status`` (existing, candidate, required), ``unit`` (finest unit that contains it),
        ``x_m``, ``y_m`` (local metric CRS), ``opening_cost``, ``closing_cost`` (region's currency;
        NaN = from the cost table), ``attributes`` (tuple of keys of :data:`ATTRIBUTES`),
        ``basis`` (measured, modelled, assumed).
    """

    table: pd.DataFrame

    def __len__(self) -> int:
        return len(self.table)


@dataclass(frozen=True)
class CandidateRule:
    """New sites of a kind may be built in grid cells: which ones.

    Attributes
    ----------
    kind
        A key of :data:`KINDS`.
    cells
        ``urban``, ``rural`` or ``all`` settled cells.
    spacing_km
        0: every settled cell; otherwise the most populated settled cell of every square block
        of this side.
    """

    kind: str
    cells: Literal["urban", "rural", "all"] = "all"
    spacing_km: float = 0.0
