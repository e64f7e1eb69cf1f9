"""What every registered network must do.

By default the small networks do all of it, and the others have their parameters counted and compute
once; ``pytest -m whole_contract`` runs the rest.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import onnxruntime
import pytest
import safetensors.torch
import torch
from torch import Tensor, nn

from mien.lab.models import (
    Entry,
    Network,
    count_macs,
    count_parameters,
    create_model,
    find_entry,
    model_names,
)

HEADS = {"fer2013": 7, "ferplus": 8}

# With one head of 7 labels, at the published input: total as Keras counts, and learnable. Those of
# the nine compared models are what their author published; mini-Xception's is in its paper's code.
COUNTS = {
    "cnn-132k": (132_167, 131_335),
    "cnn-915k": (916_747, 914_825),
    "cnn-949k": (948_875, 947_209),
    "cnn-5.7m": (5_655_563, 5_652_105),
    "cnn-7.3m": (7_263_243, 7_258_377),
    "fcnn-256-512": (735_495, 730_375),
    "fcnn-512-256": (1_324_551, 1_318_919),
    "mini-xception": (58_423, 56_951),
    # By hand: 9 * (32 + 32 * 64) + 4 * 96, 64 * 12**2 * 128 + 128, 128 * 7 + 7.
    "convnet-2": (1_199_783, 1_199_591),
    "convnet-3": (684_199, 683_751),
    # 8,757,704 with the 8 labels of FER+: 35.0 MB in float32, the size of the published file.
    "vgg13": (8_756_679, 8_756_679),
    "vgg8": (1_862_167, 1_859_767),
    # Keras has 22,991,405: its InceptionV3 has no scale in its 17,216 batch-norm channels.
    "inceptionv3-head": (22_991_405 + 17_216, 22_991_405 + 17_216 - 2 * 17_216),
    "vgg16-head": (15_247_181, 15_247_181),
    # torchvision's published counts, with 7 labels in the place of 1000.
    "resnet18": (11_180_103 + 2 * 4_800, 11_689_512 - 513 * 993),
    "resnet34": (21_288_263 + 2 * 8_512, 21_797_672 - 513 * 993),
    "resnet50": (23_522_375 + 2 * 26_560, 25_557_032 - 2049 * 993),
    "resnet101": (42_514_503 + 2 * 52_672, 44_549_160 - 2049 * 993),
    "densenet121": (6_961_031 + 2 * 41_824, 7_978_856 - 1025 * 993),
    # 4,652,008 with 1000 labels, as its paper's authors count.
    "efficientnet-lite0": (3_379_975 + 2 * 21_008, 4_652_008 - 1281 * 993),
}

LIGHT = 2_000_000
"""Parameters up to which the whole contract is quick."""

EXPORTED = ("vgg8",)
"""Exporting takes longest: by default the family of the packaged models only."""


def _cases(light: Callable[[str], bool]) -> list[Any]:
    """All networks; those that are neither light nor new only in the whole contract."""
    return [
        pytest.param(
            name, marks=() if name not in COUNTS or light(name) else pytest.mark.whole_contract
        )
        for name in model_names()
    ]


@dataclass(frozen=True)
class Case:
    """One network with one channel, no larger than it needs to be for the heavy checks."""

    entry: Entry
    side: int

    @property
    def options(self) -> dict[str, str]:
        # Small images would otherwise keep their full resolution in the first stage.
        return {"stem": "stock"} if "stem" in self.entry.options else {}

    def build(self, seed: int = 0) -> Network:
        return _build(self.entry, 1, self.side, seed, **self.options)

    def images(self, count: int) -> Tensor:
        return _images(count, 1, self.side)


def _images(count: int, channels: int, side: int) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(count, channels, side, side, generator=generator)


def _build(entry: Entry, channels: int, side: int, seed: int = 0, **options: str) -> Network:
    torch.manual_seed(seed)
    return create_model(entry.name, HEADS, channels=channels, size=side, **options).eval()


@pytest.fixture(scope="module", params=_cases(lambda name: COUNTS[name][0] < LIGHT))
def case(request: pytest.FixtureRequest) -> Case:
    entry = find_entry(request.param)
    return Case(entry, max(entry.smallest, min(entry.size, 48)))


@pytest.fixture(scope="module")
def network(case: Case) -> Network:
    """The case's network, whose batch norms know its images. Not to be changed."""
    network = case.build()
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 1.0
    with torch.no_grad():
        network.train()(case.images(14))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    return network.eval()


@pytest.mark.parametrize("name", model_names())
def test_it_has_exactly_the_published_parameters(name):
    with torch.device("meta"):
        network = create_model(name, {"fer2013": 7})
    assert count_parameters(network) == COUNTS[name]


@torch.inference_mode()
def test_one_row_of_finite_logits_a_head_at_the_published_input(case):
    entry = case.entry
    network = _build(entry, entry.channels, entry.size)
    images = _images(4, entry.channels, entry.size)
    together, alone = network(images), network(images[:1])
    for logits, count in ((together, 4), (alone, 1)):
        assert list(logits) == list(HEADS)
        for head, values in logits.items():
            assert values.shape == (count, HEADS[head])
            assert values.dtype == torch.float32
            assert values.isfinite().all()
    # The rest of the batch has no say.
    for head in HEADS:
        torch.testing.assert_close(alone[head], together[head][:1], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("name", model_names())
def test_it_works_at_its_smallest_input(name):
    _assert_it_computes(find_entry(name), 1)


def test_it_works_with_three_channels(case):
    _assert_it_computes(case.entry, 3)


@pytest.mark.parametrize("name", ["vgg8", "cnn-132k", "fcnn-256-512", "mini-xception"])
def test_it_computes_at_96_pixels_in_colour(name):
    _assert_it_computes(find_entry(name), 3, 96)


@torch.inference_mode()
def _assert_it_computes(entry: Entry, channels: int, side: int | None = None) -> None:
    side = side or entry.smallest
    network = _build(entry, channels, side)
    for head, values in network(_images(2, channels, side)).items():
        assert values.shape == (2, HEADS[head])
        assert values.isfinite().all()


@torch.inference_mode()
def test_forward_is_embed_and_classify(case, network):
    images = case.images(3)
    embedding = network.embed(images)
    assert embedding.ndim == 2
    assert embedding.dtype == torch.float32
    assert len(embedding) == 3
    parted = network.classify(embedding)
    for head, values in network(images).items():
        assert torch.equal(parted[head], values)


def test_each_value_is_in_one_part_and_the_last_part_is_what_classifies(case, network):
    parts = list(network.parts().values())
    held = [*network.parameters(), *network.buffers()]
    parted = [value for part in parts for value in (*part.parameters(), *part.buffers())]
    assert sorted(map(id, parted)) == sorted(map(id, held))

    embedding = network.embed(case.images(2)).detach()
    logits = torch.cat(list(network.classify(embedding).values()), dim=1)
    parameters = list(network.parameters())
    gradients = torch.autograd.grad(logits.sum(), parameters, allow_unused=True)
    used = {
        id(p) for p, gradient in zip(parameters, gradients, strict=True) if gradient is not None
    }
    assert used == {id(p) for p in parts[-1].parameters()}


@torch.inference_mode()
def test_parts_are_in_the_order_in_which_they_compute(case, network):
    order: list[int] = []
    handles = [
        module.register_forward_pre_hook(lambda *_, position=position: order.append(position))
        for position, part in enumerate(network.parts().values())
        for module in part.modules()
        if any(True for _ in module.parameters(recurse=False))
    ]
    network(case.images(1))
    for handle in handles:
        handle.remove()
    assert order == sorted(order)


def test_the_seed_decides_the_weights(case, network):
    again, other = (dict(case.build(seed).named_parameters()) for seed in (0, 1))
    first = dict(network.named_parameters())
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not all(torch.equal(first[key], other[key]) for key in first)


def test_one_step_lowers_the_loss_and_every_weight_has_a_gradient(case, network):
    # As training lays it out.
    network = copy.deepcopy(network).train().to(memory_format=torch.channels_last)
    # Dropout would draw other units before and after.
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    images = case.images(8)
    truth = {head: torch.arange(8) % labels for head, labels in HEADS.items()}
    optimiser = torch.optim.SGD(network.parameters(), lr=0.001)

    def loss() -> Tensor:
        logits = network(images)
        return sum(nn.functional.cross_entropy(logits[head], truth[head]) for head in HEADS)

    first = loss()
    first.backward()
    optimiser.step()
    with torch.no_grad():
        assert loss().item() < first.item()
    for key, value in network.named_parameters():
        assert value.grad is not None, key
        assert value.grad.any(), key


def test_the_same_answer_after_saving_and_loading(case, network):
    saved = safetensors.torch.save(network.state_dict())
    again = case.build(seed=9)
    again.load_state_dict(safetensors.torch.load(saved))
    images = case.images(3)
    with torch.inference_mode():
        found, expected = again(images), network(images)
    for head, values in expected.items():
        assert torch.equal(found[head], values)


@pytest.mark.parametrize("case", _cases(lambda name: name in EXPORTED), indirect=True)
@pytest.mark.filterwarnings("ignore")
def test_it_exports_to_onnx_with_a_dynamic_batch(case, network):
    exported = torch.onnx.export(
        network,
        (case.images(2),),
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
    for count in (1, 5):
        images = case.images(count)
        found = session.run(list(HEADS), {"images": images.numpy()})
        with torch.inference_mode():
            expected = network(images)
        for head, values in zip(HEADS, found, strict=True):
            assert values.shape == (count, HEADS[head])
            # Probabilities, as model files hold them: rounding grows along a hundred layers.
            probabilities = torch.from_numpy(values).softmax(1)
            torch.testing.assert_close(
                probabilities, expected[head].softmax(1), atol=1e-4, rtol=1e-3
            )


def test_macs_are_convolutions_and_matrix_products():
    # Half-width VGG-8: 3×3 convolutions, the gate and the heads, by hand.
    network = create_model("vgg8", HEADS, width=24)
    assert sum(parameter.numel() for parameter in network.parameters()) == 672_351
    sides, widths, inputs = (44, 22, 11, 5), (24, 48, 96, 192), (1, 24, 48, 96)
    by_hand = sum(
        9 * side**2 * (into * width + width**2)
        for side, width, into in zip(sides, widths, inputs, strict=True)
    )
    by_hand += 2 * 192 * 24 + 192 * (7 + 8)
    assert count_macs(network, 1, 44) == by_hand
    assert network.training
    with torch.device("meta"):
        assert count_macs(create_model("vgg8", HEADS, width=24), 1, 44) == by_hand


def test_the_widths_of_all_stages_can_be_given():
    doubled = create_model("vgg8", HEADS, width=[24, 48, 96, 192])
    torch.manual_seed(0)
    given = create_model("vgg8", HEADS, width=[2, 6, 4, 8])
    assert [stage.convolution2.weight.shape[0] for stage in given.stages] == [2, 6, 4, 8]
    assert sum(p.numel() for p in doubled.parameters()) == 672_351
