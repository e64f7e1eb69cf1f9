from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from mien.lab.data.augmentation.augment import Augmentation, augment
from mien.lab.data.preprocess import Input, preprocess
from mien.lab.data.views import central_crop

OFF = Augmentation(flip="none")
EVERYTHING = Augmentation(
    flip="random", rotation=12, scale=(0.88, 1.14), shear=8, shift=0.08, brightness=0.3,
    contrast=0.3, erasing=0.5,
)  # fmt: skip
CROP = Input(crop=44)
RAW = Input(scaling="raw")
NETWORK_INPUTS = [
    RAW,
    Input(),
    CROP,
    Input(crop=45, scaling="unit"),
    Input(crop=32, channels=3, scaling="raw"),
    Input(crop=44, size=64, channels=3, scaling="imagenet"),
    Input(size=32, scaling="imagenet"),
    Input(crop=47, size=96),
]


def _images(count: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(
        np.random.default_rng(seed).integers(0, 256, (count, 48, 48), dtype=np.uint8)
    )


def _smooth(count: int) -> torch.Tensor:
    """The same slow wave ``count`` times, for what interpolation must not blur away."""
    y, x = np.mgrid[:48, :48]
    wave = 128 + 60 * np.sin(x / 9) + 50 * np.cos(y / 7)
    return torch.from_numpy(wave.astype(np.uint8)).expand(count, 48, 48)


def _ramp(count: int) -> torch.Tensor:
    """Five grey values a pixel from left to right."""
    return torch.arange(48, dtype=torch.uint8).mul(5).expand(count, 48, 48)


def _run(
    images: torch.Tensor,
    options: Augmentation,
    input: Input = RAW,
    *,
    epoch: int = 0,
    seed: int = 0,
    augmented: torch.Tensor | None = None,
) -> torch.Tensor:
    rows = torch.arange(len(images))
    generator = torch.Generator().manual_seed(seed)
    return augment(images, rows, epoch, input, options, generator, augmented)


@pytest.mark.parametrize("input", NETWORK_INPUTS, ids=str)
def test_shape_and_dtype(input):
    for options in (OFF, EVERYTHING):
        found = _run(_images(5), options, input)
        assert found.shape == (5, input.channels, input.network_side(48), input.network_side(48))
        assert found.dtype == torch.float32


@pytest.mark.parametrize("input", [at for at in NETWORK_INPUTS if at.crop == 48], ids=str)
def test_with_everything_off_it_is_preprocess_alone(input):
    images = _images(4)
    expected = preprocess(images[:, None].float(), input)
    exact = input.network_side(48) == 48
    # Where it resizes, grid_sample's coordinates are off by a rounding error.
    torch.testing.assert_close(
        _run(images, OFF, input), expected, atol=0 if exact else 1e-3, rtol=0
    )


def test_what_the_network_sees_is_standardised_after_light_and_moves():
    found = _run(_images(5), EVERYTHING.model_copy(update={"erasing": 0}), CROP)
    torch.testing.assert_close(found.mean((1, 2, 3)), torch.zeros(5), atol=1e-4, rtol=0)
    torch.testing.assert_close(found.std((1, 2, 3), correction=0), torch.ones(5))


def test_the_generator_decides_everything():
    images = _images(16)
    assert torch.equal(_run(images, EVERYTHING, seed=5), _run(images, EVERYTHING, seed=5))
    assert not torch.equal(_run(images, EVERYTHING, seed=5), _run(images, EVERYTHING, seed=6))
    torch.manual_seed(1)
    before = _run(images, EVERYTHING)
    torch.manual_seed(2)
    assert torch.equal(_run(images, EVERYTHING), before)


@pytest.mark.parametrize("key", list(Augmentation.model_fields))
def test_turning_an_option_off_leaves_the_draws_of_later_batches(key):
    images = _images(8)
    after = []
    for options in (EVERYTHING, EVERYTHING.model_copy(update={key: getattr(OFF, key)})):
        generator = torch.Generator().manual_seed(3)
        augment(images, torch.arange(8), 0, CROP, options, generator)
        after.append(augment(images, torch.arange(8), 0, CROP, EVERYTHING, generator))
    assert torch.equal(*after)


def test_turning_an_option_off_leaves_the_draws_of_the_others():
    images = _images(16)
    without = _run(images, EVERYTHING.model_copy(update={"erasing": 0}))
    erased = _run(images, EVERYTHING)
    kept = (erased == without).float().mean((1, 2, 3))
    assert (kept > 0.75).all()
    assert (kept < 1).any()
    # What is the same in every column shows rows moved up or down whichever way it is flipped.
    rows = _ramp(16).transpose(1, 2).contiguous()
    shifted = [_run(rows, Augmentation(flip=flip, shift=0.1)) for flip in ("none", "random")]
    torch.testing.assert_close(shifted[0], shifted[1], atol=1e-3, rtol=0)


def test_the_input_is_left_alone():
    images = _images(4)
    kept = images.clone()
    _run(images, EVERYTHING)
    assert torch.equal(images, kept)


@pytest.mark.parametrize("input", NETWORK_INPUTS, ids=str)
def test_images_that_are_spared_look_as_in_evaluation(input):
    images = _images(9)
    plain = preprocess(central_crop(images, input.crop), input)
    changed = _run(images, EVERYTHING, input)
    for marks in ([1, 0, 0, 1, 1, 0, 1, 0, 1], [0] * 9, [1] * 9):
        augmented = torch.tensor(marks, dtype=torch.bool)
        found = _run(images, EVERYTHING, input, augmented=augmented)
        assert torch.equal(found[~augmented], plain[~augmented])
        # Each keeps the draws that it has without the marks.
        torch.testing.assert_close(found[augmented], changed[augmented], atol=1e-3, rtol=1e-5)


@pytest.mark.parametrize("crop", [48, 44])
def test_the_alternating_flip_shows_each_image_both_ways_in_two_epochs(crop):
    images = _images(6)
    # One seed for all epochs, so that the random crop is the same.
    epochs = [
        _run(images, Augmentation(), Input(crop=crop, scaling="raw"), epoch=epoch)
        for epoch in range(4)
    ]
    assert torch.equal(epochs[0], epochs[2])
    assert torch.equal(epochs[1], epochs[3])
    if crop == 48:
        torch.testing.assert_close(epochs[1], epochs[0].flip(3), atol=2e-3, rtol=0)
        for row, image in enumerate(images[:, None].float()):
            # Even rows are turned over in even epochs, odd rows in odd ones.
            seen = image.flip(2) if row % 2 == 0 else image
            torch.testing.assert_close(epochs[0][row], seen, atol=2e-3, rtol=0)


def test_the_alternating_flip_goes_by_row_number_not_by_place_in_the_batch():
    images = _images(1).expand(4, 48, 48)
    rows = torch.tensor([3, 10, 7, 1000])
    found = augment(images, rows, 0, RAW, Augmentation(), torch.Generator())
    same = [torch.allclose(found[0], other, atol=1e-2) for other in found]
    assert same == [True, False, True, False]


def test_the_random_flip_turns_about_half_over():
    images = _images(1).expand(1000, 48, 48)
    found = _run(images, Augmentation(flip="random"))
    turned = sum(not torch.allclose(image, images[:1].float(), atol=1e-2) for image in found)
    assert 440 < turned < 560


@pytest.mark.parametrize(
    "options",
    [
        {"rotation": 15},
        {"scale": (0.8, 1.25)},
        {"shear": 15},
        {"shift": 0.1},
        {"brightness": 0.5},
        {"contrast": 0.5},
        {"erasing": 1},
    ],
    ids=str,
)
def test_every_change_is_drawn_anew_for_each_image(options):
    found = _run(_smooth(8), Augmentation(flip="none", **options))
    different: list[torch.Tensor] = []
    for image in found:
        if not any(torch.allclose(image, other, atol=1e-2) for other in different):
            different.append(image)
    # Two of them may move by the same number of whole pixels.
    assert len(different) >= 7


def _slopes(options: Augmentation, count: int) -> torch.Tensor:
    """How far in x and y of the picture a step to the right and one down go: ``(count, 2, 2)``."""
    found = []
    for ramp in (_ramp(count), _ramp(count).transpose(1, 2).contiguous()):
        seen = _run(ramp, options)[:, 0] / 5
        steps = seen[:, 24, 25] - seen[:, 24, 23], seen[:, 25, 24] - seen[:, 23, 24]
        found.append(torch.stack(steps, dim=1) / 2)
    return torch.stack(found, dim=1).double()


def _span(values: torch.Tensor, low: float, high: float) -> None:
    """Drawn evenly between the bounds, and not beyond them."""
    reach = high - low
    assert low - 0.01 * reach < float(values.min()) < low + 0.05 * reach
    assert high - 0.05 * reach < float(values.max()) < high + 0.01 * reach
    assert abs(float(values.mean()) - (low + high) / 2) < 0.08 * reach


def test_rotation_is_in_degrees_either_way():
    slopes = _slopes(Augmentation(flip="none", rotation=20), 400)
    _span(torch.rad2deg(torch.atan2(slopes[:, 1, 0], slopes[:, 0, 0])), -20, 20)
    identity = torch.eye(2).double().expand(400, 2, 2)
    torch.testing.assert_close(slopes @ slopes.transpose(1, 2), identity, atol=1e-3, rtol=0)


def test_shear_leans_upright_lines_by_degrees_either_way():
    slopes = _slopes(Augmentation(flip="none", shear=25), 400)
    _span(torch.rad2deg(torch.atan(slopes[:, 0, 1])), -25, 25)
    # Level lines stay as they are.
    level = torch.tensor([1.0, 0]).double().expand(400, 2)
    torch.testing.assert_close(slopes[:, :, 0], level, atol=1e-4, rtol=0)
    torch.testing.assert_close(slopes[:, 1, 1], torch.ones(400).double(), atol=1e-4, rtol=0)


def test_zoom_enlarges_within_its_range_as_often_as_it_reduces():
    slopes = _slopes(Augmentation(flip="none", scale=(0.5, 2)), 400)
    zoom = 1 / slopes[:, 0, 0]
    _span(zoom.log(), math.log(0.5), math.log(2))
    torch.testing.assert_close(slopes[:, 1, 1], slopes[:, 0, 0], atol=1e-3, rtol=0)


def test_all_moves_together_stay_within_their_ranges():
    """Shears do not change the area, so the area tells the zoom; what is left is told by angles."""
    options = Augmentation(flip="random", rotation=15, shear=10, scale=(0.8, 1.25))
    slopes = _slopes(options, 500)
    area = torch.linalg.det(slopes)
    assert 0.42 < float((area < 0).double().mean()) < 0.58
    _span(area.abs().rsqrt().log(), math.log(0.8), math.log(1.25))
    # Unflipped; then a step to the right shows the rotation, a step down that and the shear.
    slopes[:, :, 0] *= area.sign()[:, None]
    angle = torch.atan2(slopes[:, 1, 0], slopes[:, 0, 0])
    _span(torch.rad2deg(angle), -15, 15)
    back = torch.stack([angle.cos(), angle.sin(), -angle.sin(), angle.cos()], 1).view(-1, 2, 2)
    sheared = back @ slopes
    _span(torch.rad2deg(torch.atan(sheared[:, 0, 1] / sheared[:, 1, 1])), -10, 10)


def test_shift_is_a_share_of_the_side_either_way_in_both_directions():
    images = torch.zeros(400, 48, 48, dtype=torch.uint8)
    images[:, 23:25, 23:25] = 255
    for options in ({}, {"scale": (0.9999, 1.0001)}):  # whole pixels; interpolated
        found = _run(images, Augmentation(flip="none", shift=0.125, **options))[:, 0]
        for axis in (1, 2):
            profile = found.sum(3 - axis)
            centre = (profile * (torch.arange(48) + 0.5)).sum(1) / profile.sum(1) - 24
            # An eighth of 48 pixels.
            assert 5.8 < float(centre.max()) < 6.1
            assert -6.1 < float(centre.min()) < -5.8
            assert abs(float(centre.mean())) < 0.6
            whole = float((centre - centre.round()).abs().max())
            assert (whole < 0.01) == (not options)


@pytest.mark.parametrize("crop", [44, 45, 32])
def test_the_crop_wanders_over_the_whole_picture_by_whole_pixels_and_never_out_of_it(crop):
    image = _images(1)[0]
    slack = 48 - crop
    windows = image.float().unfold(0, crop, 1).unfold(1, crop, 1).reshape(-1, crop, crop)
    found = _run(image.expand(3000, 48, 48), OFF, Input(crop=crop, scaling="raw"))[:, 0]
    distance = torch.cdist(found.flatten(1), windows.flatten(1))
    nearest, at = distance.min(1)
    # An image of noise: half a pixel off would be some thousands.
    assert float(nearest.max()) < 5
    times = torch.bincount(at, minlength=(slack + 1) ** 2)
    assert times.min() > 0
    edges = times.view(slack + 1, slack + 1).sum(0)
    assert float(edges.max() / edges.min()) < 1.9


def test_beyond_the_picture_its_edge_repeats():
    found = _run(_ramp(200), Augmentation(flip="none", shift=0.25))[:, 0]
    assert float(found.min()) >= 0
    assert float(found.max()) <= 235
    assert (found[:, 0].diff(dim=1).round() == 0).sum(1).max() == 12


def test_brightness_adds_and_contrast_stretches_about_the_mean():
    images = _smooth(300)
    plain = images[:, None].float()
    added = _run(images, Augmentation(flip="none", brightness=0.05)) - plain
    assert float(added.std((1, 2, 3)).max()) < 1e-3
    _span(added.mean((1, 2, 3)), -0.05 * 255, 0.05 * 255)
    stretched = _run(images, Augmentation(flip="none", contrast=0.1))
    torch.testing.assert_close(stretched.mean((1, 2, 3)), plain.mean((1, 2, 3)))
    _span(stretched.std((1, 2, 3)) / plain.std((1, 2, 3)), 0.9, 1.1)


def test_light_is_cut_off_at_black_and_white():
    found = _run(_smooth(300), Augmentation(flip="none", brightness=0.9, contrast=0.9))
    assert float(found.min()) == 0
    assert float(found.max()) == 255
    # Otherwise standardisation would undo it.
    light = Augmentation(flip="none", brightness=0.9)
    assert not torch.allclose(_run(_smooth(9), light, Input()), _run(_smooth(9), OFF, Input()))


@pytest.mark.parametrize("input", [CROP, *NETWORK_INPUTS], ids=str)
def test_erasing_gives_a_rectangle_the_mean(input):
    images = _images(600)
    found = _run(images, Augmentation(flip="none", erasing=0.4), input)
    plain = _run(images, OFF, input)
    mean = plain.mean((2, 3), keepdim=True)
    changed = (found != plain).any(1)
    torch.testing.assert_close(found, torch.where(changed[:, None], mean, plain), atol=1e-4, rtol=0)
    touched = changed.flatten(1).any(1)
    assert float(touched.float().mean()) == pytest.approx(0.4, abs=0.06)
    # A rectangle of 2 to 20 %, less what hangs over the edge.
    share = changed.float().mean((1, 2))
    assert float(share.max()) <= 0.21
    assert 0.03 < float(share[touched].mean()) < 0.11
    shapes = []
    for image in changed[touched]:
        rows, columns = image.any(1).nonzero(), image.any(0).nonzero()
        height, width = (int(at.max() - at.min()) + 1 for at in (rows, columns))
        # Not quite all of it: here and there a pixel is the mean by chance.
        assert int(image.sum()) >= 0.98 * height * width
        last = max(rows.max(), columns.max())
        if min(rows.min(), columns.min()) > 0 and last < input.network_side(48) - 1:
            shapes.append(height / width)
    # From 1:3 to 3:1, but for rounding to whole pixels.
    assert max(shapes) < 4.1
    assert min(shapes) > 1 / 4.1
    assert max(shapes) > 2


def test_what_counts_as_a_change():
    assert not OFF.changes_anything
    assert Augmentation().changes_anything
    assert not Augmentation().changes_pixels
    for key in ("rotation", "scale", "shear", "shift", "brightness", "contrast", "erasing"):
        one = OFF.model_copy(update={key: getattr(EVERYTHING, key)})
        assert one.changes_pixels
        assert one.changes_anything
        assert one.resamples == (key in ("rotation", "scale", "shear"))


@pytest.mark.parametrize(
    "options",
    [
        {"crop": 44},
        {"flip": "always"},
        {"shift": 0.6},
        {"rotation": -1},
        {"shear": 61},
        {"brightness": 1},
        {"erasing": 1.1},
        {"mixup": 0.2},
        {"scale": (0, 1)},
        {"scale": (1.2, 0.9)},
        {"smear": 1},
    ],
    ids=str,
)
def test_options_out_of_range(options):
    with pytest.raises(ValidationError):
        Augmentation(**options)


@pytest.mark.parametrize("input", [CROP, Input(crop=44, size=64)], ids=str)
def test_a_colour_image_with_equal_channels_is_changed_as_the_grey_one(input):
    grey = torch.randint(0, 256, (6, 96, 96), dtype=torch.uint8, generator=torch.manual_seed(0))
    options = Augmentation(rotation=10, shift=0.1, scale=(0.9, 1.1), brightness=0.2, erasing=1)
    coloured = Input(**{**input.model_dump(), "colour": True, "channels": 3})
    for images, seen in ((grey, input), (grey[..., None].expand(-1, -1, -1, 3), coloured)):
        found = augment(images, torch.arange(6), 0, seen, options, torch.Generator().manual_seed(1))
        if seen is input:
            plain = found
    assert plain.shape[-1] == input.network_side(96) == (input.size or 88)
    torch.testing.assert_close(found, plain.expand(-1, 3, -1, -1), atol=1e-4, rtol=1e-4)
