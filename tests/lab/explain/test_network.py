"""Kernels, activations and saliency of every registered family, and of networks worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from mien.errors import UsageError
from mien.lab.data.preprocess import Input
from mien.lab.explain.activations import activations, dead_units, map_sizes, network_input
from mien.lab.explain.kernels import first_kernels, further_kernels
from mien.lab.explain.saliency import METHODS, Saliency, grad_cam_layer, on_image, saliency
from mien.lab.explain.sanity import check_saliency, rank_correlation, redrawn
from mien.lab.models import Network, create_model, find_entry

HEADS = {"fer2013": 7, "ferplus": 8}
# One of each family, on the least input that all three methods work with, and its first kernel.
FAMILIES = {
    "vgg8": (44, 3),
    "convnet-2": (48, 3),
    "cnn-132k": (48, 3),
    "fcnn-256-512": (48, None),
    "mini-xception": (48, 3),
    "resnet18": (32, 7),
    "densenet121": (32, 7),
    "vgg13": (32, 3),
    "vgg16-head": (32, 3),
    "inceptionv3-head": (75, 3),
    "efficientnet-lite0": (32, 3),
}
# Explaining these takes longest.
HEAVY = ("densenet121", "vgg16-head", "inceptionv3-head")


class Tiny(Network):
    """Two fixed 3×3 kernels, ReLU, means, and one linear head."""

    def __init__(self) -> None:
        super().__init__()
        self.maps = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1, bias=False), nn.ReLU())
        self.heads = nn.ModuleDict({"main": nn.Linear(2, 2), "other": nn.Linear(2, 3)})
        with torch.no_grad():
            self.maps[0].weight[:] = 0
            self.maps[0].weight[0, 0, 1, 1] = 1.0  # the image itself
            self.maps[0].weight[1, 0, 1, 1] = -2.0  # below 0 for bright pixels: dead
            self.heads["main"].weight[:] = torch.tensor([[3.0, 1.0], [-3.0, 1.0]])
            self.heads["main"].bias[:] = torch.tensor([0.5, 0.0])

    def embed(self, images: Tensor) -> Tensor:
        return self.maps(images).mean((2, 3))

    def classify(self, embedding: Tensor) -> dict[str, Tensor]:
        return {name: head(embedding) for name, head in self.heads.items()}

    def parts(self) -> dict[str, nn.Module]:
        return {"maps": self.maps, "heads": self.heads}


@pytest.fixture
def tiny() -> Tiny:
    return Tiny().eval()


@pytest.fixture
def bright() -> Tensor:
    """One image of 0 with a square of 4 in its upper left corner."""
    images = torch.zeros(1, 1, 16, 16)
    images[:, :, :8, :8] = 4.0
    return images


def _know(network: Network, inputs: Tensor) -> None:
    """Fit the batch norms to the images: without training nothing might reach the end."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():
        network.train()(inputs)
    network.eval()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.whole_contract if name in HEAVY else ())
        for name in FAMILIES
    ],
)
def test_every_family_can_be_explained(name):
    side, kernel = FAMILIES[name]
    entry = find_entry(name)
    options = {"stem": "stock"} if "stem" in entry.options else {}
    torch.manual_seed(0)
    network = create_model(name, HEADS, channels=1, size=side, **options).eval()
    inputs = torch.randn(4, 1, side, side, generator=torch.Generator().manual_seed(1))
    _know(network, inputs)
    before = {key: value.clone() for key, value in network.state_dict().items()}

    kernels = first_kernels(network)
    if kernel is None:
        assert kernels is None and further_kernels(network) == ()
    else:
        assert kernels.weights.shape[1:] == (kernel, kernel)
        assert (np.diff(kernels.norms) <= 0).all()
        assert all(min(part.weights.shape[1:]) >= 3 for part in further_kernels(network))

    found = activations(network, inputs)
    assert [part.part for part in found] == list(network.parts())
    np.testing.assert_allclose(
        found[-1].values, network(inputs)["fer2013"].detach().numpy(), rtol=1e-4, atol=1e-5
    )
    sizes = map_sizes(network, inputs)
    assert bool(sizes) == (kernel is not None)
    for method in METHODS:
        if method == "Grad-CAM" and not sizes:
            with pytest.raises(UsageError, match="no part of this network gives a map"):
                saliency(network, inputs, method, 3)
            continue
        # Windows of a third of the image, so that the large ones stay quick.
        maps = saliency(network, inputs[:1], method, [5], enlarged=2.0)
        assert maps.maps.shape == (1, side, side)
        assert np.isfinite(maps.maps).all()
        # Of weights without training all of a map may speak against a class.
        assert method == "Grad-CAM" or np.ptp(maps.maps) > 0
        assert maps.targets == (5,)
    # Nothing is left behind in the network.
    assert not any(module._forward_hooks for module in network.modules())
    for key, value in network.state_dict().items():
        torch.testing.assert_close(value, before[key])


def test_kernels_are_sorted_and_those_of_equal_channels_are_summed():
    network = create_model("convnet-2", HEADS, channels=3, size=48)
    found = first_kernels(network)
    weight = network.parts()["convolution1"][0].weight.detach()
    strongest = int(weight.sum(1).flatten(1).norm(dim=1).argmax())
    assert found.channels[0] == strongest
    np.testing.assert_allclose(found.weights[0], weight[strongest].sum(0).numpy(), rtol=1e-6)
    assert sorted(found.channels) == list(range(32))
    assert "3 equal channels" in found.applied_to


def test_further_kernels_are_those_on_the_strongest_input():
    network = create_model("convnet-2", HEADS, channels=1, size=48)
    with torch.no_grad():
        network.parts()["convolution2"][0].weight[:, 5] *= 10
    (found,) = further_kernels(network)
    weight = network.parts()["convolution2"][0].weight.detach()
    assert found.part == "convolution2" and "input channel 5" in found.applied_to
    np.testing.assert_array_equal(found.weights[0], weight[found.channels[0], 5].numpy())


def test_activations_by_hand(tiny, bright):
    maps, heads = activations(tiny, bright)
    assert maps.shape == (2, 16, 16) and maps.is_map and not heads.is_map
    np.testing.assert_array_equal(maps.values[0, 0], bright[0, 0].numpy())
    assert maps.zero_share(0) == (192 + 256) / 512
    assert maps.strongest(0, 5).tolist() == [0, 1]
    # The mean of the image is 1: 3 * 1 + 0.5 and -3 * 1.
    np.testing.assert_allclose(heads.values, [[3.5, -3.0]])
    with pytest.raises(ValueError, match="vector"):
        heads.strongest(0, 1)


def test_dead_units_are_those_that_are_0_for_every_image(tiny):
    images = np.random.default_rng(0).integers(0, 256, (3, 48, 48), dtype=np.uint8)
    (raw,) = dead_units(tiny, images, Input(scaling="raw"))
    assert (raw.part, raw.dead, raw.units) == ("maps", 1, 2)
    # One image with something below 0 is enough to wake the second channel.
    (standardised,) = dead_units(tiny, images, Input())
    assert standardised.dead == 0


def test_grad_cam_by_hand(tiny, bright):
    found = saliency(tiny, bright, "Grad-CAM", 0)
    # Weight of the first map: the mean gradient 3 / 256; the second map is 0.
    np.testing.assert_allclose(found.maps[0], bright[0, 0].numpy() * 3 / 256, rtol=1e-5)
    assert (found.layer, found.resolution, found.signed) == ("maps", (16, 16), False)
    # All of it speaks against the other class.
    assert not saliency(tiny, bright, "Grad-CAM", 1).maps.any()


def test_integrated_gradients_are_complete_and_exact_where_the_network_is_linear(tiny, bright):
    inputs = bright + 1  # above 0 all along the path
    found = saliency(tiny, inputs, "integrated gradients", [0])
    baseline = float(inputs.mean())
    expected = (inputs[0, 0].numpy() - baseline) * 3 / 256
    np.testing.assert_allclose(found.maps[0], expected, atol=1e-6)
    assert abs(found.completeness_error[0]) < 1e-5
    np.testing.assert_allclose(found.difference, 0, atol=1e-5)  # the mean is the baseline's


def test_occlusion_by_hand(tiny, bright):
    found = saliency(tiny, bright, "occlusion", 0)
    # The window on the corner takes 64 pixels of 4 to the mean 1: 3 * 64 * 3 / 256 logits less.
    assert found.maps[0, 0, 0] == pytest.approx(3 * 64 * 3 / 256, rel=1e-5)
    # In the opposite one 64 pixels of 0 become 1.
    assert found.maps[0, -1, -1] == pytest.approx(-3 * 64 / 256, rel=1e-5)
    np.testing.assert_allclose(saliency(tiny, bright, "occlusion", 1).maps, -found.maps, atol=1e-5)


def test_a_batch_gives_what_each_image_gives_alone():
    torch.manual_seed(0)
    network = create_model("vgg8", HEADS, channels=1, size=44, width=4).eval()
    inputs = torch.randn(3, 1, 44, 44, generator=torch.Generator().manual_seed(1))
    for method in METHODS:
        together = saliency(network, inputs, method, [0, 1, 2]).maps
        for position in range(3):
            alone = saliency(network, inputs[position : position + 1], method, position).maps[0]
            np.testing.assert_allclose(together[position], alone, rtol=1e-3, atol=1e-5)


def test_grad_cam_takes_the_last_part_of_four_places_or_the_one_asked_for():
    sizes = {"stage1": (22, 22), "stage2": (11, 11), "stage3": (4, 4), "stage4": (2, 2)}
    assert grad_cam_layer(sizes) == "stage3"
    assert grad_cam_layer(sizes, "stage4") == "stage4"
    assert grad_cam_layer({"a": (3, 3), "b": (1, 1)}) == "a"
    with pytest.raises(UsageError, match=r"--layer stagee1: .*did you mean 'stage1'"):
        grad_cam_layer(sizes, "stagee1")


@pytest.mark.parametrize("size", [None, 88])
def test_maps_are_put_where_the_crop_was(size):
    """A network that looks at one pixel of the crop: the map has it at its place in the image."""
    options = Input(crop=44, size=size, scaling="raw")
    image = np.zeros((1, 48, 48), dtype=np.uint8)
    image[0, 10, 30] = 200
    inputs = network_input(image, options)
    found = Saliency("integrated gradients", inputs[:, 0].numpy(), (0,))
    placed = on_image(found, options, 48)
    assert placed.shape == (1, 48, 48)
    assert np.isnan(placed[0, :2]).all() and np.isnan(placed[0, :, -2:]).all()
    assert np.isfinite(placed[0, 2:-2, 2:-2]).all()
    assert np.unravel_index(np.nanargmax(placed[0]), (48, 48)) == (10, 30)
    assert np.nansum(placed) == pytest.approx(found.maps.sum(), rel=0.01)


def test_the_sanity_check_tells_a_map_of_the_model_from_one_of_the_image(tiny):
    torch.manual_seed(0)
    network = create_model("vgg8", HEADS, channels=1, size=44, width=4).eval()
    inputs = torch.randn(2, 1, 44, 44, generator=torch.Generator().manual_seed(1))
    found = saliency(network, inputs, "occlusion", 3)
    checked = check_saliency(network, inputs, found)
    assert abs(checked.correlation) < 0.7
    assert (checked.images, checked.draws) == (2, 2)
    # Its only map is the image, whatever the head says of it: strength does not depend on it.
    bright = torch.rand(2, 1, 16, 16, generator=torch.Generator().manual_seed(1))
    of_image = saliency(tiny, bright, "integrated gradients", 0)
    assert check_saliency(tiny, bright, of_image).correlation_of_sizes > 0.99


def test_redrawing_changes_the_last_part_only():
    torch.manual_seed(0)
    network = create_model("vgg8", HEADS, channels=1, size=44, width=4).eval()
    state = torch.random.get_rng_state()
    other = redrawn(network, 0)
    assert torch.equal(state, torch.random.get_rng_state())
    for (name, before), after in zip(network.named_parameters(), other.parameters(), strict=True):
        assert torch.equal(before, after) != name.startswith("heads."), name


def test_rank_correlation():
    one = np.arange(16, dtype=np.float32).reshape(4, 4)
    assert rank_correlation(one, one**3) == pytest.approx(1)
    assert rank_correlation(one, -one) == pytest.approx(-1)
    assert rank_correlation(one, np.zeros_like(one)) == 0
