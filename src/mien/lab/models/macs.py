"""The cost of a network in multiply-accumulates."""

from __future__ import annotations

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


def count_macs(network: nn.Module, channels: int, size: int) -> int:
    """Multiply-accumulates of one ``channels`` × ``size`` × ``size`` image.

    Convolutions and matrix products are counted, the rest is not. A network on the device "meta"
    is counted without computing anything.
    """
    device = next(network.parameters()).device
    training = network.training
    network.eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(torch.zeros(1, channels, size, size, device=device))
    network.train(training)
    return int(counter.get_total_flops() // 2)
