"""One photo's face, its mesh and its signs, read once."""

from __future__ import annotations

import numpy as np
import pytest

from mien.media.image import read_image
from mien.packaged import ASTRONAUT
from mien.vision.detection.detector import Detection
from mien.vision.detection.detectors import create_detector
from mien.vision.signs.mesh import Mesh, MeshNetwork, square_of_detection


@pytest.fixture(scope="session")
def photo() -> np.ndarray:
    return read_image(ASTRONAUT.path)


@pytest.fixture(scope="session")
def found(photo) -> Detection:
    (detection,) = create_detector("centerface").detect(photo)
    return detection


@pytest.fixture(scope="session")
def network() -> MeshNetwork:
    return MeshNetwork()


@pytest.fixture(scope="session")
def mesh(photo, found, network) -> Mesh:
    (mesh,) = network.read(photo, [square_of_detection(found)])
    return mesh
