"""The build hook: what it takes, how it prepares it, where it puts it, and what it refuses."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import onnxruntime
import pytest

from mien.packaged import ASTRONAUT, CENTERFACE

pytest.importorskip("hatchling")
onnx = pytest.importorskip("onnx")

ROOT = Path(__file__).resolve().parents[1]
CONTENT = b"weights of a test"


@pytest.fixture
def hook() -> ModuleType:
    """``hatch_build.py``, loaded as hatchling loads it."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def source(hook, tmp_path, monkeypatch):
    """A source inside a real package that the hook can find."""
    package = tmp_path / "site" / "mien_test_source"
    (package / "data").mkdir(parents=True)
    package.joinpath("__init__.py").write_text("raise ImportError('must not be imported')")
    package.joinpath("data", "file.bin").write_bytes(CONTENT)
    monkeypatch.syspath_prepend(tmp_path / "site")
    return hook.Source(
        requirement="mien-test-source==1.0",
        module="mien_test_source",
        path="data/file.bin",
        taken_sha256=hashlib.sha256(CONTENT).hexdigest(),
        prepare=bytes.upper,
        target="weights/file.bin",
        placed_sha256=hashlib.sha256(CONTENT.upper()).hexdigest(),
    )


def build_hook(hook, root):
    return hook.CustomBuildHook(str(root), {}, None, None, str(root / "dist"), "wheel")


def test_hashes_agree_with_the_package(hook):
    placed = {each.target: each.placed_sha256 for each in hook.SOURCES}
    assert placed == {f"{file.folder}/{file.name}": file.sha256 for file in (CENTERFACE, ASTRONAUT)}


def test_takes_and_prepares_without_importing(hook, source):
    assert hook.take(source) == CONTENT.upper()


def test_refuses_what_is_missing(hook, source):
    for broken in (replace(source, module="mien_no_such_module"), replace(source, path="gone")):
        with pytest.raises(hook.BuildError, match=r"pip install 'mien-test-source==1\.0'"):
            hook.take(broken)


def test_refuses_another_content(hook, source):
    with pytest.raises(hook.BuildError, match=r"file\.bin: SHA-256 is .*, expected 00000"):
        hook.take(replace(source, taken_sha256="0" * 64))
    with pytest.raises(hook.BuildError, match=r"weights/file\.bin: preparing it gave"):
        hook.take(replace(source, placed_sha256="0" * 64))


def test_a_wheel_gets_the_file_and_src_stays_as_it_was(hook, source, tmp_path, monkeypatch):
    monkeypatch.setattr(hook, "SOURCES", (source,))
    root = tmp_path / "project"
    (root / "src" / "mien").mkdir(parents=True)
    build = build_hook(hook, root)
    assert build.dependencies() == ["mien-test-source==1.0"]
    build_data = {"force_include": {}}
    build.initialize("standard", build_data)
    ((path, target),) = build_data["force_include"].items()
    assert target == "mien/weights/file.bin"
    assert Path(path).read_bytes() == CONTENT.upper()
    build.finalize("standard", build_data, "")
    assert not Path(path).exists()
    assert list((root / "src" / "mien").iterdir()) == []


def test_an_editable_install_gets_the_file_into_src(hook, source, tmp_path, monkeypatch):
    monkeypatch.setattr(hook, "SOURCES", (source,))
    build = build_hook(hook, tmp_path)
    build_data = {"force_include": {}}
    build.initialize("editable", build_data)
    build.finalize("editable", build_data, "")
    placed = tmp_path / "src" / "mien" / "weights" / "file.bin"
    assert placed.read_bytes() == CONTENT.upper()
    assert list(placed.parent.iterdir()) == [placed]
    assert build_data["force_include"] == {}
    assert build.dependencies() == []  # what lies in src is not fetched again


def test_a_file_in_src_goes_into_the_wheel_unless_it_is_damaged(
    hook, source, tmp_path, monkeypatch
):
    monkeypatch.setattr(hook, "SOURCES", (replace(source, module="mien_no_such_module"),))
    placed = tmp_path / "src" / "mien" / "weights" / "file.bin"
    placed.parent.mkdir(parents=True)
    placed.write_bytes(CONTENT.upper())
    build = build_hook(hook, tmp_path)
    build_data = {"force_include": {}}
    build.initialize("standard", build_data)
    build.finalize("standard", build_data, "")
    assert build_data["force_include"] == {str(placed): "mien/weights/file.bin"}
    assert placed.exists()
    placed.write_bytes(b"damaged")
    assert build.dependencies() == ["mien-test-source==1.0"]
    with pytest.raises(SystemExit):
        build.initialize("standard", {"force_include": {}})


def test_an_sdist_needs_nothing(monkeypatch):
    from hatchling.build import get_requires_for_build_sdist

    monkeypatch.chdir(ROOT)
    assert get_requires_for_build_sdist() == []


def small_network() -> tuple[bytes, np.ndarray]:
    """A convolution declared as CenterFace's file is: fixed sizes, its weight among the inputs."""
    weight = np.random.default_rng(0).normal(size=(2, 3, 1, 1)).astype(np.float32)

    def value(name, shape):
        return onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)

    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Conv", ["input.1", "weight"], ["537"])],
        "graph",
        [value("input.1", [10, 3, 32, 32]), value("weight", list(weight.shape))],
        [value("537", [10, 2, 32, 32])],
        [onnx.numpy_helper.from_array(weight, "weight")],
    )
    opset = onnx.helper.make_opsetid("", 13)
    model = onnx.helper.make_model(graph, opset_imports=[opset], ir_version=8)
    return model.SerializeToString(), weight


def test_freed_network_takes_any_size_and_keeps_its_weights(hook):
    content, weight = small_network()
    freed = hook.free_input_size(content)
    onnx.checker.check_model(onnx.load_from_string(freed))
    session = onnxruntime.InferenceSession(freed, providers=["CPUExecutionProvider"])
    assert [each.name for each in session.get_inputs()] == ["input.1"]
    assert session.get_inputs()[0].shape == [None, 3, None, None]
    assert session.get_outputs()[0].shape == [None, 2, None, None]
    image = np.random.default_rng(1).normal(size=(1, 3, 64, 96)).astype(np.float32)
    (result,) = session.run(None, {"input.1": image})
    expected = np.einsum("oc,nchw->nohw", weight[:, :, 0, 0], image)
    np.testing.assert_allclose(result, expected, atol=1e-5)


def test_the_packaged_network_was_freed():
    session = onnxruntime.InferenceSession(CENTERFACE.path, providers=["CPUExecutionProvider"])
    assert session.get_inputs()[0].shape == [None, 3, None, None]
    assert [each.shape[1] for each in session.get_outputs()] == [1, 2, 2, 10]
