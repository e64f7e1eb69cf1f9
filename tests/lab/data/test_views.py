from __future__ import annotations

import numpy as np
import pytest
import torch

from mien.lab.data.preprocess import Input, preprocess
from mien.lab.data.views import central_crop, flip_views, single_view, ten_crop

INPUTS = [
    Input(crop=44),
    Input(crop=45, scaling="unit"),
    Input(crop=40, size=64, channels=3, scaling="imagenet"),
]


def _images(count: int = 3) -> torch.Tensor:
    return torch.from_numpy(
        np.random.default_rng(0).integers(0, 256, (count, 48, 48), dtype=np.uint8)
    )


@pytest.mark.parametrize(("crop", "top"), [(48, 0), (44, 2), (45, 1), (32, 8)])
def test_the_central_crop_is_cut_out_of_the_middle(crop, top):
    images = _images()
    found = central_crop(images, crop)
    assert found.dtype == torch.float32
    assert torch.equal(found[:, 0], images[:, top : top + crop, top : top + crop].float())


@pytest.mark.parametrize("input", INPUTS, ids=str)
def test_ten_crops_are_centre_and_corners_and_their_mirror_images(input):
    images, crop = _images(), input.crop
    found = ten_crop(images, input)
    assert found.shape == (10, 3, input.channels, input.network_side(48), input.network_side(48))
    middle, far = (48 - crop) // 2, 48 - crop
    places = [(middle, middle), (0, 0), (0, far), (far, 0), (far, far)]
    for view, (top, left) in zip(found[:5], places, strict=True):
        pixels = images[:, None, top : top + crop, left : left + crop].float()
        torch.testing.assert_close(view, preprocess(pixels, input))
    assert torch.equal(found[5:], found[:5].flip(-1))


@pytest.mark.parametrize("input", [*INPUTS, Input()], ids=str)
def test_one_and_two_views(input):
    images = _images()
    plain = preprocess(central_crop(images, input.crop), input)
    assert torch.equal(single_view(images, input), plain[None])
    assert torch.equal(flip_views(images, input), torch.stack([plain, plain.flip(3)]))


def test_a_mirror_view_is_the_view_of_the_mirror_image():
    images = _images()
    for input in (Input(), Input(crop=44), Input(crop=40, size=56)):
        mirrored = single_view(images.flip(2), input)
        torch.testing.assert_close(flip_views(images, input)[1:], mirrored, atol=1e-4, rtol=0)


@pytest.mark.parametrize("size", [None, 64])
def test_without_a_smaller_crop_ten_crops_are_two_views(size):
    images, input = _images(), Input(crop=48, size=size)
    assert torch.equal(ten_crop(images, input), flip_views(images, input))


@pytest.mark.parametrize("make", [single_view, flip_views, ten_crop])
def test_views_of_larger_images_in_colour_are_those_of_their_channels(make):
    rng = np.random.default_rng(0)
    images = torch.from_numpy(rng.integers(0, 256, (2, 96, 96, 3), dtype=np.uint8))
    found = make(images, Input(crop=44, colour=True, scaling="raw"))
    assert found.shape[1:] == (2, 3, 88, 88)
    for channel in range(3):
        alone = make(images[..., channel], Input(crop=44, scaling="raw"))
        assert torch.equal(found[:, :, channel], alone[:, :, 0])
