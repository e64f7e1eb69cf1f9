"""Networks: a registry, and one family a file."""

from mien.lab.models import cnn as cnn
from mien.lab.models import convnet as convnet
from mien.lab.models import densenet as densenet
from mien.lab.models import efficientnet_lite as efficientnet_lite
from mien.lab.models import fcnn as fcnn
from mien.lab.models import inceptionv3 as inceptionv3
from mien.lab.models import mini_xception as mini_xception
from mien.lab.models import resnet as resnet
from mien.lab.models import vgg8 as vgg8
from mien.lab.models import vgg13 as vgg13
from mien.lab.models import vgg16 as vgg16
from mien.lab.models.macs import count_macs
from mien.lab.models.network import Network, count_parameters
from mien.lab.models.registry import Entry, create_model, find_entry, model_names

__all__ = [
    "Entry",
    "Network",
    "count_macs",
    "count_parameters",
    "create_model",
    "find_entry",
    "model_names",
]
