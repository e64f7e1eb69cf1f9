"""The layers of the networks that come from Keras, against what was published of them."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as functional
from torch import nn

from mien.lab.models import create_model
from mien.lab.models.mini_xception import MeanPatch, ResidualModule, pool_same

HEADS = {"fer2013": 7}

# B: batch norm, C: 3×3 convolution, D: dense, R: ReLU, P: pool, -: dropout, F: flatten.
LETTERS = {
    nn.BatchNorm1d: "B",
    nn.BatchNorm2d: "B",
    nn.Conv2d: "C",
    nn.Linear: "D",
    nn.ReLU: "R",
    nn.MaxPool2d: "P",
    nn.Dropout: "-",
    nn.Flatten: "F",
}
CNN = "BCRP-" * 4


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("fcnn-256-512", "FBDR-BDR-D"),
        ("fcnn-512-256", "FBDR-BDR-D"),
        ("cnn-132k", "CRBP-" * 4 + "FB-D"),
        ("cnn-949k", CNN + "FBDR-D"),
        ("cnn-5.7m", CNN + "FBDR-D"),
        ("cnn-915k", CNN + "FBDR-BDR-D"),
        ("cnn-7.3m", CNN + "FBDR-BDR-D"),
        ("vgg13", "CRCRP-CRCRP-CRCRCRP-CRCRCRP-FDR-DR-D"),
        ("convnet-2", "CBRPCBRPF-DR-D"),
        ("convnet-3", "CBRPCBRPCBRPF-DR-D"),
    ],
)
def test_layers_come_in_the_published_order(name, layers):
    modules = create_model(name, HEADS).modules()
    assert "".join(LETTERS.get(type(module), "") for module in modules) == layers


@pytest.mark.parametrize(
    ("name", "rates"),
    [
        ("fcnn-256-512", [0.4, 0.4]),
        ("fcnn-512-256", [0.5, 0.5]),
        ("vgg13", [0.25, 0.25, 0.25, 0.25, 0.5, 0.5]),
    ],
)
def test_dropout_is_the_published_one_unless_given(name, rates):
    def found(**options):
        modules = create_model(name, HEADS, **options).modules()
        return [module.p for module in modules if isinstance(module, nn.Dropout)]

    assert found() == rates
    assert found(dropout=0.125)[0] == 0.125


def test_the_dropouts_of_a_cnn_are_two_options():
    modules = create_model("cnn-7.3m", HEADS, dropout=0.1, dense_dropout=0.3).modules()
    rates = [module.p for module in modules if isinstance(module, nn.Dropout)]
    assert rates == [0.1] * 4 + [0.3] * 2


@pytest.mark.parametrize("name", ["fcnn-256-512", "cnn-132k", "cnn-949k", "mini-xception"])
def test_norms_and_first_weights_are_those_of_keras(name):
    torch.manual_seed(0)
    network = create_model(name, HEADS)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            assert (module.eps, module.momentum) == (1e-3, 0.01)
        if isinstance(module, nn.Conv2d):
            # Keras counts the fan out of a depthwise convolution as 9, its fan in as 9 a channel.
            fans = (
                9 * (module.in_channels + 1)
                if module.groups > 1
                else ((module.in_channels + module.out_channels) * module.kernel_size[0] ** 2)
            )
            _assert_fills(module.weight, math.sqrt(6 / fans))
            assert module.bias is None or not module.bias.any()
        if isinstance(module, nn.Linear):
            # The last layer of mini-Xception stands for a 3×3 convolution.
            fan_out = module.out_features * (9 if name == "mini-xception" else 1)
            _assert_fills(module.weight, math.sqrt(6 / (module.in_features + fan_out)))
            assert not module.bias.any()


def _assert_fills(weights: torch.Tensor, bound: float) -> None:
    """Uniform up to ``bound``: the greatest of n values misses it by a few n-ths."""
    greatest = weights.abs().max().item()
    assert bound * (1 - 10 / weights.numel()) < greatest <= bound * 1.000001


def test_batch_norm_on_the_input_makes_raw_pixels_and_their_multiples_the_same():
    torch.manual_seed(0)
    pixels = torch.randint(0, 256, (8, 1, 48, 48)).float()
    network = create_model("cnn-949k", HEADS, dropout=0.0, dense_dropout=0.0).train()
    torch.testing.assert_close(
        network(pixels)["fer2013"], network(pixels / 255 * 200)["fer2013"], atol=1e-3, rtol=1e-3
    )


@pytest.mark.parametrize("size", [3, 4, 5])
def test_a_linear_layer_on_the_mean_patch_is_the_mean_of_a_convolution(size):
    torch.manual_seed(0)
    features = torch.randn(2, 6, size, size)
    convolution = nn.Conv2d(6, 7, 3, padding=1)
    published = convolution(features).mean((2, 3))
    patch = MeanPatch()(features)
    ours = patch @ convolution.weight.flatten(1).T + convolution.bias
    torch.testing.assert_close(ours, published)


def test_pooling_pads_even_sides_at_the_end_and_odd_ones_at_both():
    row = torch.tensor([5.0, 1, 2, 3, 9, 4])
    assert pool_same(row.expand(1, 1, 6, 6))[0, 0, 0].tolist() == [5, 9, 9]
    assert pool_same(row[:5].expand(1, 1, 5, 5))[0, 0, 0].tolist() == [5, 3, 9]
    # Never zero padding: negative features stay negative.
    assert pool_same(-row.expand(1, 1, 6, 6))[0, 0, 0].tolist() == [-1, -2, -4]
    padded = functional.pad(torch.arange(16.0).reshape(1, 1, 4, 4), (0, 1, 0, 1), value=-math.inf)
    assert torch.equal(
        pool_same(torch.arange(16.0).reshape(1, 1, 4, 4)), functional.max_pool2d(padded, 3, 2)
    )


def test_a_batch_laid_out_for_training_goes_back_through_mini_xception():
    # A strided 1×1 convolution of 8 channels does not survive this in torch 2.14 on the CPU.
    network = create_model("mini-xception", HEADS).to(memory_format=torch.channels_last)
    images = torch.rand(4, 1, 64, 64).to(memory_format=torch.channels_last)
    network(images)["fer2013"].sum().backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


@torch.inference_mode()
def test_the_shortcut_is_a_convolution_of_stride_2():
    torch.manual_seed(0)
    module = ResidualModule(8, 16).eval()
    features = torch.randn(2, 8, 7, 7)
    strided = functional.conv2d(features, module.shortcut.weight, stride=2)
    branch = module.norm1(module.separable1(features)).relu()
    branch = pool_same(module.norm2(module.separable2(branch)))
    torch.testing.assert_close(module(features), branch + module.shortcut_norm(strided))


def test_mini_xception_halves_the_map_four_times():
    network = create_model("mini-xception", HEADS).eval()
    shapes = []
    with torch.inference_mode():
        features = torch.zeros(1, 1, 64, 64)
        for name, part in network.parts().items():
            if name != "heads":
                features = part(features)
                shapes.append((name, tuple(features.shape[1:])))
    assert shapes == [
        ("stem", (8, 60, 60)),
        ("module1", (16, 30, 30)),
        ("module2", (32, 15, 15)),
        ("module3", (64, 8, 8)),
        ("module4", (128, 4, 4)),
        ("mean", (1152,)),
    ]


@pytest.mark.parametrize("name", ["fcnn-256-512", "cnn-949k", "convnet-3", "vgg13"])
def test_dropout_acts_in_training_only(name):
    torch.manual_seed(0)
    network = create_model(name, HEADS)
    images = torch.randn(4, 1, 64, 64) if name == "vgg13" else torch.randn(4, 1, 48, 48)
    network.eval()
    assert torch.equal(network(images)["fer2013"], network(images)["fer2013"])
    network.train()
    assert not torch.equal(network(images)["fer2013"], network(images)["fer2013"])
