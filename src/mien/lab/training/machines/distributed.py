"""Several processes that train one network: what torchrun and accelerate launch have started."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from mien.errors import RecipeError
from mien.lab.training.machines.synchronised_norm import synchronise_norms


@dataclass(frozen=True)
class ProcessGroup:
    """The processes of this training; ``rank`` 0 writes, ``size`` is 1 for a process alone."""

    rank: int
    size: int
    local_rank: int

    @property
    def leads(self) -> bool:
        """Whether this process measures, writes and prints."""
        return self.rank == 0

    def share(self, batch_size: int) -> slice:
        """Which images of a global batch are this process's.

        Raises
        ------
        RecipeError
            If the batch cannot be divided equally.
        """
        if batch_size % self.size:
            raise RecipeError(
                f"batch_size {batch_size} cannot be divided among {self.size} processes",
                hint=f"take a multiple of {self.size}",
            )
        each = batch_size // self.size
        return slice(self.rank * each, (self.rank + 1) * each)

    def mean(self, values: torch.Tensor) -> torch.Tensor:
        """The mean over the processes of a small tensor on the training device."""
        if self.size > 1:
            dist.all_reduce(values)
            values = values / self.size
        return values

    def from_leader(self, value: Any) -> Any:
        """The leader's value, in every process."""
        if self.size == 1:
            return value
        box = [value]
        dist.broadcast_object_list(box, src=0)
        return box[0]

    def wrap(self, module: nn.Module, device: torch.device) -> nn.Module:
        """``module`` with gradients averaged and batch-norm statistics shared over processes."""
        if self.size == 1:
            return module
        synchronise_norms(module, device)
        ids = [device.index] if device.type == "cuda" else None
        return DistributedDataParallel(module, device_ids=ids)


ALONE = ProcessGroup(0, 1, 0)
"""One process."""


@contextmanager
def process_group(device_name: str) -> Iterator[tuple[ProcessGroup, str]]:
    """Join the processes that a launcher has started; alone when there was none.

    Parameters
    ----------
    device_name : str
        What the user asked for.

    Yields
    ------
    group : ProcessGroup
    device_name : str
        With several CUDA devices each process gets its own.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield ALONE, device_name
        return
    local_rank = int(os.environ.get("LOCAL_RANK", "0"))
    cuda = device_name in ("auto", "cuda") and torch.cuda.is_available()
    if cuda:
        torch.cuda.set_device(local_rank)
        device_name = f"cuda:{local_rank}"
    elif device_name == "auto":
        device_name = "cpu"
    dist.init_process_group("nccl" if cuda else "gloo")
    try:
        yield ProcessGroup(dist.get_rank(), size, local_rank), device_name
        # One that leaves while another still writes would abort.
        dist.barrier()
    finally:
        # A wrapped module holds the group in a cycle of references; a group that lives on until the
        # interpreter ends aborts the process.
        gc.collect()
        dist.destroy_process_group()
