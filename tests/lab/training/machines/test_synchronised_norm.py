from __future__ import annotations

import copy
import gc
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from torch import Tensor, nn

from mien.lab.training.machines.distributed import ProcessGroup
from mien.lab.training.machines.synchronised_norm import synchronise_norms

CPU = torch.device("cpu")


def _network() -> nn.Module:
    torch.manual_seed(0)
    layers = [
        nn.Conv2d(1, 4, 3),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(4 * 36, 6),
        nn.BatchNorm1d(6, momentum=None),
        nn.ReLU(),
        nn.Linear(6, 3),
    ]
    return nn.Sequential(*layers).double()


def _images() -> Tensor:
    return torch.randn(10, 1, 8, 8, generator=torch.Generator().manual_seed(1)).double()


def _loss(network: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    return nn.functional.cross_entropy(network(images), labels)


def _work(rank: int, folder: str) -> None:
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2)
    network = _network()
    module = ProcessGroup(rank, 2, rank).wrap(network, CPU)
    part = ProcessGroup(rank, 2, rank).share(10)
    _loss(module, _images()[part], torch.arange(10)[part] % 3).backward()
    if rank == 0:
        gradients = {name: value.grad for name, value in network.named_parameters()}
        torch.save([gradients, network.state_dict()], f"{folder}/found.pt")
    dist.barrier()
    # A wrapped module holds the group in a cycle; a group that outlives this aborts the process.
    del module, network
    gc.collect()
    dist.destroy_process_group()


@pytest.mark.whole_contract
def test_two_halves_of_a_batch_have_the_gradients_and_statistics_of_the_whole(tmp_path: Path):
    torch.multiprocessing.spawn(_work, (str(tmp_path),), nprocs=2)
    gradients, state = torch.load(tmp_path / "found.pt", weights_only=True)
    whole = _network()
    _loss(whole, _images(), torch.arange(10) % 3).backward()
    for name, value in whole.named_parameters():
        torch.testing.assert_close(gradients[name], value.grad, rtol=1e-9, atol=1e-12)
    assert list(state) == list(whole.state_dict())
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(state[name], value, rtol=1e-9, atol=1e-12)


def test_in_evaluation_it_is_the_norm_it_was():
    plain = _network()
    plain(_images())
    shared = copy.deepcopy(plain)
    synchronise_norms(shared, CPU)
    assert type(shared[1]) is not nn.BatchNorm2d
    assert isinstance(shared[1], nn.BatchNorm2d)
    assert torch.equal(plain.eval()(_images()), shared.eval()(_images()))


def test_a_frozen_norm_keeps_its_statistics():
    network = _network()
    synchronise_norms(network, CPU)
    network[1].eval()
    network[5].eval()
    before = copy.deepcopy(network.state_dict())
    network(_images())
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_alone_nothing_is_wrapped():
    network = _network()
    assert ProcessGroup(0, 1, 0).wrap(network, CPU) is network
    assert type(network[1]) is nn.BatchNorm2d
