"""What columns of layers are called for people."""

from allocator.files.labels import header, resource_label

_PARTS = {"have": "have", "required": "need", "allocated": "allocated"}


def alias_of(column: str, *, chinese: bool) -> str:
    """Name of a column for people; ``ambulances_have`` is a resource and a part.

    >>> alias_of("ambulances_have", chinese=False)
    'ambulances, have'
    """
    resource, _, part = column.rpartition("_")
    if resource and part in _PARTS:
        return (
            f"{resource_label(resource, chinese=chinese)}, {header(_PARTS[part], chinese=chinese)}"
        )
    return header(column, chinese=chinese)
