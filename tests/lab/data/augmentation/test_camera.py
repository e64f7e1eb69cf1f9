"""What cameras do to training images: each kind does what its name says."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from mien.lab.data.augmentation.augment import Augmentation, augment
from mien.lab.data.augmentation.camera import KINDS, _jpeg, through_camera
from mien.lab.data.preprocess import Input

NONE = dict.fromkeys(KINDS, 0.0)


def faces(count=64, side=44):
    y, x = np.mgrid[:side, :side]
    phases = np.linspace(0, 6, count)[:, None, None]
    waves = np.sin(x / 5 + phases) + np.cos(y / 7 - phases) + (x > side // 2)
    return torch.from_numpy(((waves + 2) / 5 * 255).astype(np.float32))[:, None]


def changed(kind, pixels=None, seed=0):
    pixels = faces() if pixels is None else pixels
    return through_camera(pixels, NONE | {kind: 1.0}, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_changes_every_image_and_leaves_the_input(kind):
    before = faces()
    given = before.clone()
    found = changed(kind, given)
    assert torch.equal(given, before)
    assert found.shape == before.shape
    assert found.min() >= 0
    assert found.max() <= 255
    assert ((found - before).abs().amax((1, 2, 3)) > 0.5).float().mean() > 0.9
    assert torch.equal(found, changed(kind, given))
    assert not torch.equal(found, changed(kind, given, seed=1))


def test_without_chances_nothing_is_changed():
    pixels = faces()
    assert torch.equal(through_camera(pixels, NONE, torch.Generator()), pixels)


@pytest.mark.parametrize("kind", KINDS)
def test_a_chance_is_a_share_of_the_images(kind):
    pixels = faces(600, 36)
    found = through_camera(pixels, NONE | {kind: 0.3}, torch.Generator().manual_seed(0))
    touched = ((found - pixels).abs().amax((1, 2, 3)) > 0).float().mean()
    assert 0.2 < touched < 0.37


def test_blur_and_low_resolution_take_detail_and_noise_adds_it():
    def detail(pixels):
        return (pixels[..., 1:] - pixels[..., :-1]).abs().mean()

    assert detail(changed("blur")) < 0.95 * detail(faces())
    assert detail(changed("low_resolution")) < 0.95 * detail(faces())
    assert detail(changed("noise")) > 1.5 * detail(faces())


@pytest.mark.parametrize("side", [40, 44])
def test_jpeg_is_that_of_a_file(side):
    """OpenCV's encoder at the same quality, to rounding: also where blocks are cut."""
    pixels = faces(4, side).round()
    quality = 30
    strength = torch.full((4,), (quality - 10) / 50)
    ours = _jpeg(pixels, strength, strength, torch.Generator()).clamp(0, 255)
    for image, found in zip(pixels[:, 0].numpy().astype(np.uint8), ours[:, 0], strict=True):
        encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        theirs = cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE).astype(np.float32)
        whole = side // 8 * 8
        difference = np.abs(theirs - found.numpy())[:whole, :whole]
        assert difference.mean() < 1


def test_recipes_of_before_draw_what_they_drew():
    """Turning the camera on leaves where images are moved to, and those of later batches."""
    images = torch.randint(0, 256, (8, 48, 48), dtype=torch.uint8)
    rows, input = torch.arange(8), Input(crop=44)
    plain, lit = Augmentation(rotation=8, shift=0.05), Augmentation(rotation=8, shift=0.05, noise=1)
    ends = []
    for options in (plain, lit):
        generator = torch.Generator().manual_seed(3)
        found = augment(images, rows, 0, input, options, generator)
        ends.append((torch.rand(1, generator=generator).item(), found))
    assert ends[0][0] == ends[1][0]
    assert not torch.equal(ends[0][1], ends[1][1])
    assert plain.camera == NONE
    assert lit.changes_pixels


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "noise"])
def test_all_channels_of_a_colour_image_change_alike(kind):
    grey = faces()
    found = changed(kind, grey.expand(-1, 3, -1, -1))
    torch.testing.assert_close(found, changed(kind, grey).expand(-1, 3, -1, -1))


def test_noise_is_another_in_each_channel():
    found = changed("noise", faces().expand(-1, 3, -1, -1))
    assert not torch.equal(found[:, 0], found[:, 1])


def test_blur_grows_with_the_image():
    """Twice the pixels, the same look."""
    small, large = faces(side=44), torch.nn.functional.interpolate(faces(side=44), scale_factor=2)
    chances = NONE | {"blur": 1.0}
    blurred, larger = (
        through_camera(pixels, chances, torch.Generator().manual_seed(0), enlarged=enlarged)
        for pixels, enlarged in ((small, 1.0), (large, 2.0))
    )
    there = torch.nn.functional.interpolate(larger, (44, 44), mode="area")
    assert (there - blurred).abs().mean() < 0.35 * (small - blurred).abs().mean()
