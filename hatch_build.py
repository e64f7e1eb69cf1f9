"""Where hatchling looks for a build hook; it is in ``build_hook/``.

Hatchling loads this file by its path, so that the folder has to be made importable first.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from build_hook.hook import CustomBuildHook

sys.path.pop(0)

__all__ = ["CustomBuildHook"]
