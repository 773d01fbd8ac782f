"""How much memory tensors hold while something runs, on any device: counted storage by storage."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor, UntypedStorage
from torch.distributed.tensor import DTensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class Held(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Within, after every operation, the bytes of all storages that are alive: of what it was told and saw.

    What kernels and messages take while they work is not seen.

    Attributes:
        most: the most bytes so far.
    """

    most: int

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._storages: dict[int, weakref.ref[UntypedStorage]] = {}
        for tensor in tensors:
            self._note(tensor)
        self.most = self._now()

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """What ``func`` gives back, once it is counted."""
        found = func(*args, **(kwargs or {}))
        for each in tree_leaves(found):
            if isinstance(each, Tensor):
                self._note(each)
        self.most = max(self.most, self._now())
        return found

    def _note(self, tensor: Tensor) -> None:
        plain = tensor._local_tensor if isinstance(tensor, DTensor) else tensor
        storage = plain.untyped_storage()
        known = self._storages.get(storage._cdata)
        if known is None or known() is None:
            self._storages[storage._cdata] = weakref.ref(storage)

    def _now(self) -> int:
        alive = {place: storage for place, ref in self._storages.items() if (storage := ref()) is not None}
        self._storages = {place: self._storages[place] for place in alive}
        return sum(storage.nbytes() for storage in alive.values())
