"""Which function makes the rows of which kind of rule."""

from collections.abc import Callable

from allocator.planning.rows import (
    count,
    coverage,
    fairness,
    gate,
    inflow,
    link,
    proportional,
    quota,
    ratio,
    response,
    service,
    share,
    site_share,
    stay,
)
from allocator.planning.shortfall import Shortfall
from allocator.policy.rules import (
    Count,
    CoverageRule,
    Fairness,
    ForcedSite,
    Gate,
    Inflow,
    Link,
    MeanResponse,
    Proportional,
    Quota,
    Ratio,
    ServedBand,
    Service,
    Share,
    SiteShare,
    Stay,
    Total,
)

Rows = Callable[..., list[Shortfall]]
"""Of a rule, the model that decides what it speaks of, and the scope of an either-or branch."""

STOCK_ROWS: dict[type, Rows] = {
    Quota: quota.quota,
    Total: quota.total,
    Share: share.share,
    Ratio: ratio.ratio,
    Service: service.service,
    Inflow: inflow.inflow,
    Stay: stay.stay,
    Proportional: proportional.proportional,
    Gate: gate.gate,
    Fairness: fairness.fairness,
}
SITE_ROWS: dict[type, Rows] = {
    Count: count.count,
    ForcedSite: count.forced,
    ServedBand: count.served_band,
    SiteShare: site_share.site_share,
    Link: link.link,
    CoverageRule: coverage.coverage,
    MeanResponse: response.mean_response,
}
