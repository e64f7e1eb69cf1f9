from __future__ import annotations

import pytest
import torch

from mien.errors import UsageError
from mien.lab.training.machines.device import autocast, choose_precision, find_device

CPU = torch.device("cpu")


def test_the_cpu_is_always_there():
    assert find_device("cpu") == CPU
    assert find_device("auto").type in ("cpu", "cuda", "mps")


@pytest.mark.skipif(torch.cuda.is_available(), reason="for machines without a GPU")
@pytest.mark.parametrize("name", ["cuda", "cuda:3", "tpu", "", "cpu:x"])
def test_a_device_that_is_not_there(name):
    with pytest.raises(UsageError, match="device"):
        find_device(name)


def test_precision():
    assert choose_precision("float32", CPU) is torch.float32
    assert choose_precision("float16", CPU) is torch.float16
    assert choose_precision("auto", CPU) in (torch.float32, torch.bfloat16)


@pytest.mark.parametrize(("able", "chosen"), [(True, torch.bfloat16), (False, torch.float32)])
def test_auto_takes_bfloat16_where_the_processor_has_it(monkeypatch, able, chosen):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": able})
    assert choose_precision("auto", CPU) is chosen


def test_autocast_is_off_for_float32():
    layer, values = torch.nn.Linear(4, 4), torch.zeros(2, 4)
    for dtype in (torch.float32, torch.bfloat16):
        with autocast(CPU, dtype):
            assert layer(values).dtype is dtype
