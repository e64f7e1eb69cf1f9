from __future__ import annotations

import pytest
import torch
from torch import nn

from mien.lab.training.optimising.average import averaged


def _network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))


def test_constant_weights_are_their_own_average():
    model = _network()
    average = averaged(model, 0.99)
    for _ in range(30):
        average.update_parameters(model)
    for key, value in model.state_dict().items():
        torch.testing.assert_close(average.module.state_dict()[key], value)


@pytest.mark.parametrize("decay", [0.0, 0.5, 0.9, 0.999])
def test_the_decay_grows_to_its_bound(decay):
    model = nn.Linear(1, 1, bias=False)
    average = averaged(model, decay)
    expected = None
    for step in range(60):
        with torch.no_grad():
            model.weight.fill_(step**1.5)
        average.update_parameters(model)
        # The first update copies; update t after it weighs the old average by this.
        share = min(decay, (1 + step) / (10 + step))
        expected = step**1.5 if expected is None else share * expected + (1 - share) * step**1.5
        assert average.module.weight.item() == pytest.approx(expected, rel=1e-4)


def test_batch_norm_statistics_are_averaged_and_its_counter_is_copied():
    model = _network()
    average = averaged(model, 0.9)
    average.update_parameters(model)
    model.train()
    for _ in range(5):
        model(torch.randn(8, 3) + 4)
        average.update_parameters(model)
    found, current = average.module[1], model[1]
    assert found.num_batches_tracked.item() == current.num_batches_tracked.item() == 5
    assert found.num_batches_tracked.dtype == torch.int64
    between = sorted([0.0, current.running_mean[0].item(), found.running_mean[0].item()])
    assert found.running_mean[0].item() == between[1]
    assert found.running_mean[0].item() not in (between[0], between[2])


def test_the_network_itself_is_not_changed():
    model = _network()
    kept = {key: value.clone() for key, value in model.state_dict().items()}
    average = averaged(model, 0.9)
    with torch.no_grad():
        model[0].weight.add_(1)
    average.update_parameters(model)
    with torch.no_grad():
        model[0].weight.sub_(1)
    average.update_parameters(model)
    for key, value in model.state_dict().items():
        torch.testing.assert_close(value, kept[key])
    assert not torch.equal(average.module[0].weight, model[0].weight)
