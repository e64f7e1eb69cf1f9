"""The plain loop: FER2013 trained as most notebooks do it, to compare ``mien train`` with.

A ``Dataset`` that makes a PIL image of a row, torchvision transforms on it, a ``DataLoader``,
float32, the default memory layout, ``torch.optim.SGD``. The augmentation is that of the recipe
``vgg8-half`` as torchvision spells it; the network is the very same.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from mien.lab.models import create_model
from mien.lab.training.recipe import Recipe


class Faces(Dataset):
    def __init__(self, images: np.ndarray, labels: np.ndarray, recipe: Recipe) -> None:
        options, crop = recipe.augmentation, recipe.input.crop
        self.images, self.labels = images, labels
        self.transform = transforms.Compose(
            [
                transforms.RandomHorizontalFlip(),
                transforms.RandomAffine(
                    options.rotation,
                    translate=(options.shift, options.shift),
                    scale=options.scale,
                    interpolation=transforms.InterpolationMode.BILINEAR,
                ),
                transforms.RandomCrop(crop),
                transforms.ColorJitter(brightness=options.brightness, contrast=options.contrast),
                transforms.ToTensor(),
                transforms.Normalize((0.5,), (0.25,)),
                transforms.RandomErasing(options.erasing, scale=(0.02, 0.2)),
            ]
        )

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, row: int) -> tuple[Tensor, int]:
        return self.transform(Image.fromarray(self.images[row])), int(self.labels[row])


def plain_steps(images: np.ndarray, labels: np.ndarray, recipe: Recipe) -> Iterator[float]:
    """Train for ever, one batch each time the next loss is asked for; the FER2013 head only."""
    model = create_model(
        recipe.model.name,
        {"fer2013": 7},
        size=recipe.input.network_side(48),
        **recipe.model.options(),
    )
    loader = DataLoader(
        Faces(images, labels, recipe), recipe.batch_size, shuffle=True, drop_last=True
    )
    criterion = nn.CrossEntropyLoss(label_smoothing=recipe.loss.label_smoothing)
    optimiser = torch.optim.SGD(
        model.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=5e-4
    )
    model.train()
    while True:
        for batch, target in loader:
            optimiser.zero_grad()
            loss = criterion(model(batch)["fer2013"], target)
            loss.backward()
            optimiser.step()
            yield loss.item()
