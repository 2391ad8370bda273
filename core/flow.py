"""Maximum flow through a small network of whole capacities (Dinic 1970)."""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass
from itertools import pairwise

Network = dict[tuple[Hashable, Hashable], int]
"""Capacity of each directed edge."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A maximum flow: its value, and what runs over each edge."""

    value: int
    edges: dict[tuple[Hashable, Hashable], int]


def max_flow(network: Network, source: Hashable, sink: Hashable) -> Flow:
    """The largest flow from source to sink. The same network gives the same flow."""
    spare = dict(network)
    ways: dict[Hashable, list[Hashable]] = {source: [], sink: []}
    for start, end in network:
        ways.setdefault(start, []).append(end)
        ways.setdefault(end, []).append(start)
        spare.setdefault((end, start), 0)
    value = 0
    while sink in (levels := _levels(ways, spare, source)):
        untried = {node: list(ends) for node, ends in ways.items()}
        while _push(untried, spare, levels, source, sink):
            value += 1
    return Flow(value, {edge: network[edge] - spare[edge] for edge in network if network[edge] > spare[edge]})


def _levels(
    ways: dict[Hashable, list[Hashable]], spare: dict[tuple[Hashable, Hashable], int], source: Hashable
) -> dict[Hashable, int]:
    """Steps from the source to every node still reachable."""
    levels: dict[Hashable, int] = {source: 0}
    queue = deque([source])
    while queue:
        node = queue.popleft()
        for end in ways[node]:
            if end not in levels and spare[node, end] > 0:
                levels[end] = levels[node] + 1
                queue.append(end)
    return levels


def _push(
    untried: dict[Hashable, list[Hashable]],
    spare: dict[tuple[Hashable, Hashable], int],
    levels: dict[Hashable, int],
    source: Hashable,
    sink: Hashable,
) -> bool:
    """Send one unit along the levels; edges that lead nowhere are not tried again."""
    path = [source]
    while path[-1] != sink:
        node = path[-1]
        if not untried[node]:
            path.pop()
            if not path:
                return False
            untried[path[-1]].pop()
        elif levels.get(untried[node][-1]) == levels[node] + 1 and spare[node, untried[node][-1]] > 0:
            path.append(untried[node][-1])
        else:
            untried[node].pop()
    for start, end in pairwise(path):
        spare[start, end] -= 1
        spare[end, start] += 1
    return True
