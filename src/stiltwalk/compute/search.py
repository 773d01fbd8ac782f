"""Nearest neighbours: exact search by blocked matrix products, on whatever device and in bounded memory."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

QUERIES = 1024
CANDIDATES = 4096
"""Products held at once: so many queries by so many candidates, 16 MiB in fp32."""


class Found(NamedTuple):
    """The nearest candidates, the nearest first: ``(queries, neighbours)`` each.

    Attributes:
        products: their inner products with the query.
        places: their indices among the candidates.
    """

    products: Tensor
    places: Tensor


def search(
    queries: Tensor,
    candidates: Tensor,
    count: int,
    device: torch.device | None = None,
    block: tuple[int, int] = (QUERIES, CANDIDATES),
) -> Found:
    """The ``count`` candidates with the largest inner product with each query, or all if there are fewer.

    The result is exact, and of equal products the earlier candidate goes first: the same rule as in
    ``metrics.mining``. Vectors of length 1 make it a search by cosine.

    Args:
        queries: ``(queries, width)``.
        candidates: ``(candidates, width)``, one at least.
        count: neighbours wanted.
        device: where products are computed; ``None``: where ``queries`` are. Blocks are brought there one by
            one, so that neither side need fit.
        block: queries and candidates multiplied at once; changes memory, speed and rounding alone.
    """
    at = device or queries.device
    parts = [
        _nearest_of_all(part.to(at), candidates, min(count, len(candidates)), block[1])
        for part in torch.split(queries, block[0])
    ]
    return Found(torch.cat([part.products for part in parts]), torch.cat([part.places for part in parts]))


def _nearest_of_all(queries: Tensor, candidates: Tensor, count: int, block: int) -> Found:
    """The nearest of each block of candidates, and of those and the nearest so far the nearest again."""
    found: Found | None = None
    first = 0
    for part in torch.split(candidates, block):
        products = queries @ part.to(queries.device).T
        places = _largest(products, min(count, len(part)))
        new = Found(products.gather(1, places), places + first)
        found = new if found is None else merged(found, new, count)
        first += len(part)
    assert found is not None, "a search needs candidates"
    return found


def merged(earlier: Found, later: Found, count: int) -> Found:
    """The ``count`` nearest of two finds for the same queries; of equals the earlier find's go first."""
    # the earlier stand in front, so that of equals they stay in front
    products = torch.cat([earlier.products, later.products], dim=1)
    places = torch.cat([earlier.places, later.places], dim=1)
    chosen = _largest(products, min(count, products.shape[1]))
    return Found(products.gather(1, chosen), places.gather(1, chosen))


def _largest(values: Tensor, count: int) -> Tensor:
    """Columns of each row's largest values, the largest first and of equals the first: ``(rows, count)``."""
    # one more than wanted, for topk does not say which of equals it takes, nor in which order
    top = values.topk(min(count + 1, values.shape[1]), dim=1)
    columns = top.indices[:, :count].sort(dim=1).values
    crowded = (top.values[:, count:] == top.values[:, count - 1 : count]).any(1)
    if crowded.any():
        ordered = values[crowded].sort(dim=1, descending=True, stable=True).indices[:, :count]
        columns[crowded] = ordered.sort(dim=1).values
    order = values.gather(1, columns).sort(dim=1, descending=True, stable=True).indices
    return columns.gather(1, order)
