"""The degree of urbanisation by hand: dictionaries and flood fill on squares of 1 km2."""

EDGES = [(-1, 0), (1, 0), (0, -1), (0, 1)]
RING = [(r, c) for r in (-1, 0, 1) for c in (-1, 0, 1) if (r, c) != (0, 0)]


def _pieces(chosen, steps):
    """Sets of places that can be walked to from one another."""
    left, found = set(chosen), []
    while left:
        open_, piece = [min(left)], set()
        while open_:
            at = open_.pop()
            if at in left:
                left.remove(at)
                piece.add(at)
                open_ += [(at[0] + r, at[1] + c) for r, c in steps]
        found.append(piece)
    return found


def _grow(centres):
    """Places with five neighbours in one centre join it, all at once, until none does."""
    while True:
        joining = {}
        taken = set().union(*centres)
        for k, centre in enumerate(centres):
            for r0, c0 in {(a + r, b + c) for a, b in centre for r, c in RING} - taken:
                if sum((r0 + r, c0 + c) in centre for r, c in RING) >= 5:
                    joining[r0, c0] = k
        if not joining:
            return
        for at, k in joining.items():
            centres[k].add(at)


def _fill(centres, gap_km2):
    """Gaps of less than so many places inside one centre join it, but for those of another."""
    before = [set(centre) for centre in centres]
    for k, centre in enumerate(before):
        rows, cols = zip(*centre, strict=True)
        box = {
            (r, c)
            for r in range(min(rows) - 1, max(rows) + 2)
            for c in range(min(cols) - 1, max(cols) + 2)
        }
        for piece in _pieces(box - centre, EDGES):
            if (min(rows) - 1, min(cols) - 1) not in piece and len(piece) < gap_km2:
                centres[k] |= piece - set().union(*(b for j, b in enumerate(before) if j != k))


def classes(people, *, smooth=True):
    """Class of each place of ``{(row, col): people}``."""
    dense = [at for at, n in people.items() if n >= 1500]
    centres = [p for p in _pieces(dense, EDGES) if sum(people[at] for at in p) >= 50_000]
    if smooth and centres:
        _grow(centres)
        _fill(centres, 15)
    settled = [at for at, n in people.items() if n >= 300]
    towns = [p for p in _pieces(settled, RING) if sum(people[at] for at in p) >= 5000]
    in_centre, in_town = set().union(*centres), set().union(*towns)
    return {
        at: "urban_centre" if at in in_centre else "urban_cluster" if at in in_town else "rural"
        for at in people
    }
