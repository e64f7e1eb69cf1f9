from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mien.lab.data.augment import Augmentation, augment
from mien.lab.data.standardise import standardise

OFF = Augmentation(crop=48, flip="none")
EVERYTHING = Augmentation(
    crop=44, flip="random", rotation=12, scale=(0.88, 1.14), shift=0.08, brightness=0.3,
    contrast=0.3, erasing=0.5,
)  # fmt: skip


def _images(count: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(
        np.random.default_rng(seed).integers(0, 256, (count, 48, 48), dtype=np.uint8)
    )


def _smooth(count: int) -> torch.Tensor:
    """The same slow wave ``count`` times, for what interpolation must not blur away."""
    y, x = np.mgrid[:48, :48]
    wave = 128 + 60 * np.sin(x / 9) + 50 * np.cos(y / 7)
    return torch.from_numpy(wave.astype(np.uint8)).expand(count, 48, 48)


def _run(
    images: torch.Tensor, options: Augmentation, *, epoch: int = 0, seed: int = 0
) -> torch.Tensor:
    rows = torch.arange(len(images))
    return augment(images, rows, epoch, options, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("crop", [32, 44, 45, 48])
def test_shape_dtype_and_standardisation(crop):
    found = _run(_images(5), EVERYTHING.model_copy(update={"crop": crop, "erasing": 0}))
    assert found.shape == (5, 1, crop, crop)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found.mean((1, 2, 3)), torch.zeros(5), atol=1e-4, rtol=0)
    torch.testing.assert_close(found.std((1, 2, 3), correction=0), torch.ones(5))


def test_with_everything_off_it_is_standardise_alone():
    images = _images(4)
    expected = standardise(images[:, None].float())
    # Not exactly equal: grid_sample's coordinates are off by a rounding error.
    torch.testing.assert_close(_run(images, OFF), expected, atol=2e-4, rtol=0)


def test_the_generator_decides_everything():
    images = _images(16)
    assert torch.equal(_run(images, EVERYTHING, seed=5), _run(images, EVERYTHING, seed=5))
    assert not torch.equal(_run(images, EVERYTHING, seed=5), _run(images, EVERYTHING, seed=6))
    torch.manual_seed(1)
    before = _run(images, EVERYTHING)
    torch.manual_seed(2)
    assert torch.equal(_run(images, EVERYTHING), before)


def test_the_input_is_left_alone():
    images = _images(4)
    kept = images.clone()
    _run(images, EVERYTHING)
    assert torch.equal(images, kept)


@pytest.mark.parametrize("crop", [48, 44])
def test_the_alternating_flip_shows_each_image_both_ways_in_two_epochs(crop):
    options = Augmentation(crop=crop, flip="alternating")
    images = _images(6)
    # One seed for all epochs, so that the random crop is the same.
    epochs = [_run(images, options, epoch=epoch) for epoch in range(4)]
    assert torch.equal(epochs[0], epochs[2])
    assert torch.equal(epochs[1], epochs[3])
    if crop == 48:
        torch.testing.assert_close(epochs[1], epochs[0].flip(3), atol=2e-4, rtol=0)
        upright = standardise(images[:, None].float())
        for row in range(6):
            # Even rows are turned over in even epochs, odd rows in odd ones.
            seen = upright[row].flip(2) if row % 2 == 0 else upright[row]
            torch.testing.assert_close(epochs[0][row], seen, atol=2e-4, rtol=0)


def test_the_alternating_flip_goes_by_row_number_not_by_place_in_the_batch():
    images = _images(1).expand(4, 48, 48)
    options = Augmentation(crop=48, flip="alternating")
    found = augment(images, torch.tensor([3, 10, 7, 1000]), 0, options, torch.Generator())
    same = [torch.allclose(found[0], other, atol=1e-3) for other in found]
    assert same == [True, False, True, False]


def test_the_random_flip_turns_about_half_over():
    images = _images(1).expand(1000, 48, 48)
    found = _run(images, Augmentation(crop=48, flip="random"))
    upright = standardise(images[:1, None].float())
    turned = sum(not torch.allclose(image, upright[0], atol=1e-3) for image in found)
    assert 440 < turned < 560


@pytest.mark.parametrize(
    ("options", "at_least"),
    [
        ({"rotation": 15}, 8),
        ({"scale": (0.8, 1.25)}, 8),
        ({"shift": 0.1}, 8),
        ({"crop": 44}, 8),
        ({"brightness": 0.5}, 8),
        # Less contrast is undone by the standardisation; only more of it clips.
        ({"contrast": 0.5}, 3),
        ({"erasing": 1}, 8),
    ],
)
def test_every_change_is_drawn_anew_for_each_image(options, at_least):
    # So dark and bright that brightness and contrast clip.
    images = ((_smooth(8).float() - 128) * 1.9 + 128).clamp(0, 255).to(torch.uint8)
    found = _run(images, Augmentation(**{"crop": 48, "flip": "none", **options}))
    different: list[torch.Tensor] = []
    for image in found:
        if not any(torch.allclose(image, other, atol=1e-3) for other in different):
            different.append(image)
    assert len(different) >= at_least


def test_rotation_is_in_degrees_either_way():
    """A ramp from left to right shows by its slope how far it was turned."""
    ramp = torch.arange(48, dtype=torch.uint8).mul(5).expand(400, 48, 48)
    found = _run(ramp, Augmentation(crop=48, flip="none", rotation=20))[:, 0]
    across, down = found[:, 24, 25] - found[:, 24, 23], found[:, 25, 24] - found[:, 23, 24]
    angles = torch.rad2deg(torch.atan2(down, across))
    assert 19 < float(angles.max()) < 20.1
    assert -20.1 < float(angles.min()) < -19
    assert abs(float(angles.mean())) < 2


def test_shift_is_a_share_of_the_side_either_way_in_both_directions():
    images = torch.zeros(400, 48, 48, dtype=torch.uint8)
    images[:, 23:25, 23:25] = 255
    found = _run(images, Augmentation(crop=48, flip="none", shift=0.125))[:, 0]
    for axis in (1, 2):
        profile = (found - found.amin((1, 2), keepdim=True)).sum(3 - axis)
        centre = (profile * (torch.arange(48) + 0.5)).sum(1) / profile.sum(1) - 24
        # An eighth of 48 pixels.
        assert 5.8 < float(centre.max()) < 6.1
        assert -6.1 < float(centre.min()) < -5.8
        assert abs(float(centre.mean())) < 0.6


def test_the_crop_wanders_over_the_whole_picture_but_not_out_of_it():
    """Crop 32 of 48: the corner pixel of the crop lies 0 to 16 pixels into the picture."""
    x = torch.arange(48, dtype=torch.uint8).mul(5).expand(500, 48, 48)
    plain = standardise(x[:, None].float())
    slope = float(plain[0, 0, 0, 1] - plain[0, 0, 0, 0])
    found = _run(x, Augmentation(crop=32, flip="none"))
    # A ramp stays a ramp only if no sample lies beyond the border, where the last pixel repeats.
    steps = found[:, 0, 16].diff(dim=1)
    assert float(steps[:, 1:-1].min()) == pytest.approx(float(steps[:, 1:-1].max()), rel=1e-3)
    assert slope > 0
    # Half a pixel at the border repeats the outermost value, hence the two ends left out above.
    assert float(steps.min()) > 0.4 * float(steps[:, 1:-1].mean())


def test_zoom_enlarges_within_its_range():
    """Of a ramp from left to right, a picture zoomed by z shows 1/z of the grey values."""
    ramp = torch.arange(48, dtype=torch.uint8).mul(5).expand(300, 48, 48)
    grid_only = Augmentation(crop=48, flip="none", scale=(1.0, 2.0))
    found = _run(ramp, grid_only)[:, 0, 24]
    plain = _run(ramp[:1], OFF)[0, 0, 24]
    # Standardisation stretches the values; the share of the ramp seen is told by equal pixels.
    middle, ends = found[:, 23:25].diff(dim=1)[:, 0], found[:, -1] - found[:, 0]
    assert (middle > 0).all()
    expected = (plain[-1] - plain[0]) / (plain[24] - plain[23])
    torch.testing.assert_close(ends / middle, expected.expand(300), rtol=0.05, atol=0)


def test_brightness_and_contrast_clip_and_nothing_else_changes():
    images = _smooth(64)
    light = Augmentation(crop=48, flip="none", brightness=0.05, contrast=0.05)
    # A soft wave far from 0 and 255 is not clipped, and standardisation undoes gain and offset.
    torch.testing.assert_close(_run(images, light), _run(images, OFF), atol=1e-3, rtol=0)
    heavy = light.model_copy(update={"brightness": 0.9})
    assert not torch.allclose(_run(images, heavy), _run(images, OFF), atol=0.1)


def test_erasing_blanks_the_share_it_was_asked_for():
    images = _images(2000)
    options = Augmentation(crop=44, flip="none", erasing=0.4)
    found = _run(images, options)[:, 0]
    plain = _run(images, options.model_copy(update={"erasing": 0}))[:, 0]
    erased = found == 0
    touched = erased.float().mean((1, 2)) > 0.001
    assert float(touched.float().mean()) == pytest.approx(0.4, abs=0.04)
    # A rectangle of 2 to 20 %, less what hangs over the edge; kept pixels are as they were.
    assert float(erased.float().mean((1, 2)).max()) <= 0.21
    assert 0.03 < float(erased[touched].float().mean()) < 0.11
    assert torch.equal(found[~erased], plain[~erased])
    for image in erased[touched][:50]:
        rows, columns = image.any(1).nonzero(), image.any(0).nonzero()
        height, width = (int(at.max() - at.min()) + 1 for at in (rows, columns))
        assert int(image.sum()) >= 0.98 * height * width


@pytest.mark.parametrize(
    "options",
    [
        {"crop": 49},
        {"crop": 31},
        {"flip": "always"},
        {"shift": 0.6},
        {"rotation": -1},
        {"brightness": 1},
        {"erasing": 1.1},
        {"mixup": -0.1},
        {"scale": (0, 1)},
        {"blur": 1},
    ],
)
def test_options_out_of_range(options):
    with pytest.raises(ValidationError):
        Augmentation(**options)


def test_a_blank_image_is_standardised_to_zeros():
    for value in (0, 128, 255):
        assert torch.equal(
            standardise(torch.full((2, 1, 44, 44), float(value))), torch.zeros(2, 1, 44, 44)
        )


@settings(max_examples=30, deadline=None)
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
