"""Networks: a registry, and one family a file."""

from mien.lab.models import vgg8 as vgg8
from mien.lab.models.registry import create_model, model_names

__all__ = ["create_model", "model_names"]
