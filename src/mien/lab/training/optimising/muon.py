"""Muon: momentum whose matrices are made orthogonal before each step, and AdamW for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from mien.lab.training.machines.device import choose_precision

# The quintic of Jordan et al. 2024: steepest at zero, so that five rounds take all singular values
# to between 0.7 and 1.2.
_COEFFICIENTS = (3.4445, -4.7750, 2.0315)
_ROUNDS = 5
_ADAM_EPSILON = 1e-8


class Muon(torch.optim.Optimizer):
    """Muon (Jordan et al. 2024, kellerjordan.github.io/posts/muon) with AdamW beside it.

    A group with ``orthogonal`` true takes Muon's step: Nesterov momentum, each parameter seen as a
    matrix (a convolution's kernel as ``(out, in · kh · kw)``, which ``torch.optim.Muon`` refuses),
    made nearly orthogonal, times ``lr · sqrt(max(1, rows / columns))``. A group with it false
    takes AdamW's step. Weight decay acts on the weights themselves in both.

    The orthogonalisation costs about ``20 · rows² · columns`` floating-point operations a matrix
    (the smaller side as rows) at every step, whatever the batch: little for narrow networks,
    more than the network itself for wide ones on small images.
    """

    def __init__(
        self,
        groups: Iterable[dict[str, Any]],
        *,
        lr: float,
        momentum: float = 0.95,
        betas: tuple[float, float] = (0.9, 0.95),
        weight_decay: float = 0.0,
        orthogonal: bool = True,
    ) -> None:
        super().__init__(
            groups,
            {
                "lr": lr,
                "momentum": momentum,
                "betas": betas,
                "weight_decay": weight_decay,
                "orthogonal": orthogonal,
            },
        )

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Take one step with the gradients that are there; parameters without one stay."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                if group["orthogonal"]:
                    self._muon(parameter, parameter.grad, group)
                else:
                    self._adamw(parameter, parameter.grad, group)
        return loss

    def _muon(self, parameter: Tensor, gradient: Tensor, group: dict[str, Any]) -> None:
        state = self.state[parameter]
        if not state:
            state["momentum_buffer"] = torch.zeros_like(parameter)
        buffer = state["momentum_buffer"].lerp_(gradient, 1 - group["momentum"])
        update = gradient.lerp(buffer, group["momentum"]).flatten(1)
        rows, columns = update.shape
        update = orthogonalise(update).view(parameter.shape).to(parameter.dtype)
        parameter.mul_(1 - group["lr"] * group["weight_decay"])
        parameter.add_(update, alpha=-group["lr"] * max(1.0, rows / columns) ** 0.5)

    def _adamw(self, parameter: Tensor, gradient: Tensor, group: dict[str, Any]) -> None:
        state = self.state[parameter]
        if not state:
            state["step"] = torch.zeros(())
            state["exp_avg"] = torch.zeros_like(parameter)
            state["exp_avg_sq"] = torch.zeros_like(parameter)
        state["step"] += 1
        first, second = group["betas"]
        average = state["exp_avg"].lerp_(gradient, 1 - first)
        squares = state["exp_avg_sq"].mul_(second).addcmul_(gradient, gradient, value=1 - second)
        step = int(state["step"])
        root = (squares / (1 - second**step)).sqrt_().add_(_ADAM_EPSILON)
        parameter.mul_(1 - group["lr"] * group["weight_decay"])
        parameter.addcdiv_(average, root, value=-group["lr"] / (1 - first**step))


def orthogonalise(matrix: Tensor) -> Tensor:
    """A matrix with the singular vectors of ``matrix`` and singular values between 0.7 and 1.2.

    By five rounds of a Newton-Schulz iteration, in bfloat16 where the device computes in it
    faster, else in float32.

    Parameters
    ----------
    matrix : Tensor of shape (rows, columns), floating point

    Returns
    -------
    Tensor of shape (rows, columns), bfloat16 or float32
    """
    one, three, five = _COEFFICIENTS
    found = matrix.to(choose_precision("auto", matrix.device))
    tall = matrix.shape[0] > matrix.shape[1]
    if tall:
        found = found.T
    # The norm bounds the largest singular value, so that the iteration begins within 0 to 1.
    found = found / found.norm().clamp(min=1e-7)
    for _ in range(_ROUNDS):
        gram = found @ found.T
        polynomial = torch.addmm(gram, gram, gram, beta=three, alpha=five)
        found = torch.addmm(found, polynomial, found, beta=one)
    return (found.T if tall else found).contiguous()
