"""Where a network trains, and in which precision."""

from __future__ import annotations

from typing import Literal

import torch

from mien.errors import UsageError

Precision = Literal["auto", "float32", "bfloat16", "float16"]


def find_device(name: str = "auto") -> torch.device:
    """The device of that name: ``auto`` (CUDA, else MPS, else the CPU), ``cpu``, ``cuda``, ``mps``.

    Raises
    ------
    UsageError
        If this machine does not have it.
    """
    have = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.mps.is_available()}
    if name == "auto":
        name = next(kind for kind in ("cuda", "mps", "cpu") if have[kind])
    kind = name.partition(":")[0]
    if not have.get(kind, False):
        usable = ", ".join(kind for kind, there in have.items() if there)
        raise UsageError(f"this machine has no device {name!r}", hint=f"it has: {usable}")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise UsageError(f"no device {name!r}", hint="for example: cpu, cuda, cuda:1") from error
    if kind == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise UsageError(f"this machine has {torch.cuda.device_count()} CUDA devices, not {name!r}")
    return device


def choose_precision(precision: Precision, device: torch.device) -> torch.dtype:
    """Type of convolutions and matrix products.

    ``auto`` is bfloat16 where the device computes in it faster than in float32 (a CPU with AMX or
    AVX-512 BF16, a GPU with tensor cores for it), else float32.
    """
    if precision != "auto":
        chosen: torch.dtype = getattr(torch, precision)
        return chosen
    if device.type == "cuda":
        fast = torch.cuda.is_bf16_supported(including_emulation=False)
    elif device.type == "cpu":
        able = torch.cpu.get_capabilities()
        fast = bool(able.get("amx_bf16") or able.get("avx512_bf16"))
    else:
        fast = False
    return torch.bfloat16 if fast else torch.float32


def autocast(device: torch.device, dtype: torch.dtype) -> torch.autocast:
    """Run convolutions and matrix products in ``dtype``; the rest stays in float32."""
    return torch.autocast(device.type, dtype, enabled=dtype != torch.float32)
