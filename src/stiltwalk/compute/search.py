"""Nearest neighbours: exact search by blocked matrix products, one way or both, in bounded memory."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

QUERIES = 4096
CANDIDATES = 4096
"""Products held at once: so many queries by so many candidates, 64 MiB in fp32."""

GROUP = 32
"""Products next to each other that are looked at through the largest of them, and one by one only if that is
among the largest: large enough to leave little to look at, small enough to look at few in vain."""


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

    The result is exact, and of equal products the earlier candidate goes first. Vectors of length 1 make it a
    search by cosine.

    Args:
        queries: ``(queries, width)``.
        candidates: ``(candidates, width)``, one at least.
        count: neighbours wanted.
        device: where products are computed; ``None``: where ``queries`` are. Blocks are brought there one by
            one, so that neither side need fit.
        block: queries and candidates multiplied at once; changes memory, speed and rounding alone.
    """
    assert len(candidates), "a search needs candidates"
    at = device or queries.device
    found = _nothing_yet(queries, candidates, count, at)
    _pass_over(queries, candidates, block, at, found, None)
    return found


def search_both_ways(
    one: Tensor,
    other: Tensor,
    count: int,
    device: torch.device | None = None,
    block: tuple[int, int] = (QUERIES, CANDIDATES),
) -> tuple[Found, Found]:
    """``search`` of ``other`` for each of ``one``, and of ``one`` for each of ``other``.

    Each product is computed once and serves both, so that this takes little more than half the time of two
    searches.

    Args:
        one: ``(vectors, width)``, one at least.
        other: the same of the other side.
        count: neighbours wanted, of either side.
        device: where products are computed; ``None``: where ``one`` is.
        block: vectors of ``one`` and of ``other`` multiplied at once; changes memory, speed and rounding
            alone.
    """
    assert len(one), "a search needs candidates"
    assert len(other), "a search needs candidates"
    at = device or one.device
    forward, backward = _nothing_yet(one, other, count, at), _nothing_yet(other, one, count, at)
    _pass_over(one, other, block, at, forward, backward)
    return forward, backward


def merged(earlier: Found, later: Found, count: int) -> Found:
    """The ``count`` nearest of two finds for the same queries; of equals the earlier find's go first."""
    # the earlier stand in front, so that of equals they stay in front
    products = torch.cat([earlier.products, later.products], dim=1)
    places = torch.cat([earlier.places, later.places], dim=1)
    chosen = _largest(products, min(count, products.shape[1]))
    return Found(products.gather(1, chosen), places.gather(1, chosen))


def _nothing_yet(queries: Tensor, candidates: Tensor, count: int, device: torch.device) -> Found:
    shape = len(queries), min(count, len(candidates))
    products = torch.full(shape, -torch.inf, dtype=queries.dtype, device=device)
    return Found(products, torch.zeros(shape, dtype=torch.int64, device=device))


def _pass_over(
    one: Tensor,
    other: Tensor,
    block: tuple[int, int],
    device: torch.device,
    forward: Found,
    backward: Found | None,
) -> None:
    """Look at all products once, block by block in their order, and put the nearest into what is given."""
    height, width = min(block[0], max(1, len(one))), min(block[1], len(other))
    # fresh memory for each block would cost a tenth of the time
    room = torch.empty(height * width, dtype=one.dtype, device=device)
    for i in range(0, len(one), height):
        rows = one[i : i + height].to(device)
        for j in range(0, len(other), width):
            columns = other[j : j + width].to(device)
            products = room[: len(rows) * len(columns)].view(len(rows), len(columns))
            torch.mm(rows, columns.T, out=products)
            _improve(_part(forward, i, height), _groups_of_columns(products), j)
            if backward is not None:
                _improve(_part(backward, j, width), _groups_of_rows(products), i)


def _part(found: Found, first: int, count: int) -> Found:
    """Views of ``count`` queries, from ``first`` on."""
    return Found(found.products[first : first + count], found.places[first : first + count])


def _improve(best: Found, products: _Grouped, first: int) -> None:
    """Put those of ``products`` among the nearest of their queries, in place, that belong there.

    Of equals the earlier stays, so that only groups count whose maximum is above the least of the nearest.
    Most blocks have none for most queries, and one for most of the others.

    Args:
        best: the nearest so far, all earlier than what comes now.
        products: of the same queries.
        first: the place of the first of these candidates.
    """
    above = (products.maxima > best.products[:, -1:]).sum(1)
    for changed, groups in ((above == 1, 1), (above > 1, best.products.shape[1])):
        rows = changed.nonzero()[:, 0]
        if len(rows):
            known = Found(best.products[rows], best.places[rows])
            later = _taken_apart(products, rows, groups, first)
            best.products[rows], best.places[rows] = merged(known, later, known.products.shape[1])


def _taken_apart(products: _Grouped, rows: Tensor, count: int, first: int) -> Found:
    """Of some queries all products in the ``count`` groups with the largest maxima, in their order.

    The ``count`` largest products are among them: each group that goes before another holds one that goes
    before all of the other.
    """
    maxima = products.maxima[rows]
    chosen = _largest(maxima, min(count, maxima.shape[1])).sort(dim=1).values
    places = chosen[..., None] * GROUP + torch.arange(first, first + GROUP, device=chosen.device)
    return Found(products.groups[rows[:, None], chosen].flatten(1), places.flatten(1))


class _Grouped(NamedTuple):
    """Products of each query, in groups of candidates that follow each other.

    Attributes:
        groups: ``(queries, groups, GROUP)``; the last group is filled up with what is never near.
        maxima: ``(queries, groups)``, the largest of each.
    """

    groups: Tensor
    maxima: Tensor


def _groups_of_columns(products: Tensor) -> _Grouped:
    """The rows are queries."""
    groups = _padded(products, 1).view(len(products), -1, GROUP)
    return _Grouped(groups, groups.amax(2))


def _groups_of_rows(products: Tensor) -> _Grouped:
    """The columns are queries. Turned before the maxima are taken, it would take twenty times as long."""
    groups = _padded(products, 0).view(-1, GROUP, products.shape[1])
    return _Grouped(groups.permute(2, 0, 1), groups.amax(1).T)


def _padded(products: Tensor, dim: int) -> Tensor:
    """A multiple of ``GROUP`` along ``dim``."""
    lacking = -products.shape[dim] % GROUP
    sides = (0, lacking) if dim else (0, 0, 0, lacking)
    return nn.functional.pad(products, sides, value=-torch.inf) if lacking else products


def _largest(values: Tensor, count: int) -> Tensor:
    """Columns of each row's largest values, the largest first and of equals the first: ``(rows, count)``."""
    if count == 1:
        return values.argmax(dim=1, keepdim=True)  # the first of equals, torch promises
    # one more than wanted, for topk does not say which of equals it takes, nor in which order
    top = values.topk(min(count + 1, values.shape[1]), dim=1)
    columns = top.indices[:, :count].sort(dim=1).values
    crowded = (top.values[:, count:] == top.values[:, count - 1 : count]).any(1)
    if crowded.any():
        ordered = values[crowded].sort(dim=1, descending=True, stable=True).indices[:, :count]
        columns[crowded] = ordered.sort(dim=1).values
    order = values.gather(1, columns).sort(dim=1, descending=True, stable=True).indices
    return columns.gather(1, order)
