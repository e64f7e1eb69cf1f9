"""What every registered network must do."""

from __future__ import annotations

import io

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from mien.lab.export.cards import count_macs
from mien.lab.models import create_model, model_names

HEADS = {"fer2013": 7, "ferplus": 8}

# The smallest form of each network, so that the whole matrix takes seconds.
SMALL = {"vgg8": {"width": 4}}


def _model(name: str, seed: int = 0, **options: object) -> nn.Module:
    torch.manual_seed(seed)
    return create_model(name, HEADS, **SMALL.get(name, {}), **options)


def _images(count: int, side: int) -> torch.Tensor:
    return torch.randn(count, 1, side, side, generator=torch.Generator().manual_seed(1))


@pytest.fixture(params=model_names())
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.mark.parametrize("side", [32, 40, 44, 48])
@pytest.mark.parametrize("count", [1, 3])
def test_one_row_of_finite_logits_a_head_for_each_image(name, side, count):
    model = _model(name).eval()
    with torch.inference_mode():
        logits = model(_images(count, side))
    assert list(logits) == list(HEADS)
    for head, values in logits.items():
        assert values.shape == (count, HEADS[head])
        assert values.dtype == torch.float32
        assert values.isfinite().all()


def test_an_answer_does_not_depend_on_the_rest_of_the_batch(name):
    model = _model(name).eval()
    images = _images(5, 44)
    with torch.inference_mode():
        together = model(images)
        for row in range(5):
            for head, values in model(images[row : row + 1]).items():
                torch.testing.assert_close(values[0], together[head][row], atol=1e-5, rtol=1e-4)


def test_the_seed_decides_the_weights(name):
    one, same, other = (_model(name, seed).state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(one[key], same[key]) for key in one)
    assert not all(torch.equal(one[key], other[key]) for key in one)


def test_one_step_lowers_the_loss_and_moves_every_weight(name):
    model = _model(name).train()
    # Dropout would draw other units before and after.
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    images = _images(14, 44)
    truth = {head: torch.arange(14) % labels for head, labels in HEADS.items()}
    before = {key: value.clone() for key, value in model.named_parameters()}
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01)

    def loss() -> torch.Tensor:
        logits = model(images)
        return sum(nn.functional.cross_entropy(logits[head], truth[head]) for head in HEADS)

    first = loss()
    first.backward()
    optimiser.step()
    assert loss().item() < first.item()
    for key, value in model.named_parameters():
        assert not torch.equal(value, before[key]), key


def test_the_same_answer_after_saving_and_loading(name):
    model = _model(name).eval()
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    buffer.seek(0)
    again = _model(name, seed=9).eval()
    again.load_state_dict(torch.load(buffer, weights_only=True))
    images = _images(3, 44)
    with torch.inference_mode():
        for head, values in model(images).items():
            assert torch.equal(again(images)[head], values)


@pytest.mark.filterwarnings("ignore")
def test_it_exports_to_onnx_with_a_dynamic_batch(name):
    model = _model(name).eval()
    exported = torch.onnx.export(
        model,
        (_images(2, 44),),
        input_names=["images"],
        output_names=list(HEADS),
        dynamic_shapes=({0: torch.export.Dim("images")},),
        opset_version=18,
        dynamo=True,
        verbose=False,
    )
    buffer = io.BytesIO()
    exported.save(buffer)
    session = onnxruntime.InferenceSession(buffer.getvalue(), providers=["CPUExecutionProvider"])
    for count in (1, 3, 65):
        images = _images(count, 44)
        found = session.run(list(HEADS), {"images": images.numpy()})
        with torch.inference_mode():
            expected = model(images)
        for head, values in zip(HEADS, found, strict=True):
            assert values.shape == (count, HEADS[head])
            np.testing.assert_allclose(values, expected[head].numpy(), atol=1e-4)


def test_vgg8_at_half_width_is_as_large_as_the_recipe_says():
    model = create_model("vgg8", HEADS, width=24)
    assert sum(parameter.numel() for parameter in model.parameters()) == 672_351
    macs = count_macs(model.eval(), 44)
    # 3×3 convolutions, the gate and the heads, by hand.
    sides, widths, inputs = (44, 22, 11, 5), (24, 48, 96, 192), (1, 24, 48, 96)
    by_hand = sum(
        9 * side**2 * (into * width + width**2)
        for side, width, into in zip(sides, widths, inputs, strict=True)
    )
    by_hand += 2 * 192 * 24 + 192 * (7 + 8)
    assert macs == by_hand
    assert 52e6 < macs < 54e6
