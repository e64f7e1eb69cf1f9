from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as functional
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.lab.data.preprocess import (
    IMAGENET_DEVIATION,
    IMAGENET_MEAN,
    Input,
    preprocess,
    standardise,
)


def _images(count: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(
        np.random.default_rng(seed).integers(0, 256, (count, 48, 48), dtype=np.uint8)
    )


def _pixels(side: int = 44) -> torch.Tensor:
    return _images(3)[:, None, :side, :side].float()


@pytest.mark.parametrize(
    ("scaling", "expected"),
    [("raw", _pixels()), ("unit", _pixels() / 255), ("standardise", standardise(_pixels()))],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_scalings(scaling, expected, channels):
    found = preprocess(_pixels(), Input(crop=44, channels=channels, scaling=scaling))
    assert found.shape == (3, channels, 44, 44)
    for channel in range(channels):
        torch.testing.assert_close(found[:, channel], expected[:, 0])


def test_imagenet_scaling_is_per_channel_and_of_one_channel_their_mean():
    found = preprocess(_pixels(), Input(crop=44, channels=3, scaling="imagenet"))
    for channel, (mean, deviation) in enumerate(
        zip(IMAGENET_MEAN, IMAGENET_DEVIATION, strict=True)
    ):
        expected = (_pixels()[:, 0] / 255 - mean) / deviation
        torch.testing.assert_close(found[:, channel], expected)
    one = preprocess(_pixels(), Input(crop=44, scaling="imagenet"))[:, 0]
    torch.testing.assert_close(one, (_pixels()[:, 0] / 255 - 0.449) / 0.226)


@pytest.mark.parametrize("size", [32, 96])
def test_resizing_comes_before_scaling(size):
    resized = functional.interpolate(_pixels(), [size, size], mode="bilinear", align_corners=False)
    found = preprocess(_pixels(), Input(crop=44, size=size))
    torch.testing.assert_close(found, standardise(resized))


def test_the_side_is_the_crops_unless_it_is_resized():
    assert [Input(crop=44, size=size).network_side(48) for size in (None, 64)] == [44, 64]


def test_a_blank_image_is_standardised_to_zeros():
    for value in (0, 128, 255):
        assert torch.equal(
            standardise(torch.full((2, 1, 44, 44), float(value))), torch.zeros(2, 1, 44, 44)
        )


@settings(max_examples=30)
@given(
    seed=st.integers(0, 2**32 - 1),
    gain=st.floats(0.5, 4),
    offset=st.floats(-300, 300),
    side=st.integers(8, 48),
)
def test_standardised_images_do_not_know_gain_and_offset(seed, gain, offset, side):
    pixels = _images(3, seed)[:, None, :side, :side].float()
    found = standardise(pixels)
    torch.testing.assert_close(found.mean((1, 2, 3)), torch.zeros(3), atol=1e-4, rtol=0)
    torch.testing.assert_close(found.std((1, 2, 3), correction=0), torch.ones(3))
    torch.testing.assert_close(standardise(pixels * gain + offset), found, atol=1e-3, rtol=1e-3)


def test_each_image_is_standardised_by_itself():
    pixels = _images(3)[:, None].float()
    pixels[1] = pixels[1] / 10 + 200
    alone = torch.cat([standardise(image[None]) for image in pixels])
    torch.testing.assert_close(standardise(pixels), alone)


def test_a_nearly_blank_image_is_not_blown_up():
    """The deviation counts as at least one grey value."""
    pixels = torch.full((1, 1, 48, 48), 100.0)
    pixels[0, 0, 3, 3] = 101
    assert float(standardise(pixels).abs().max()) < 1.0
