"""The site of the documentation: ``python docs/site/build.py OUT``, without the network.

Its source folder is the whole repository, so that the guides may link to results and files as they
do on GitHub; only what ``include_patterns`` names becomes a page.
"""

import sys
from pathlib import Path

from pygments.lexers.special import TextLexer

from mien.version import __version__

sys.path.insert(0, str(Path(__file__).parent))

project = "Mien"
author = project_copyright = "The Mien authors"
version = release = __version__
language = "en"

root_doc = "docs/index"
include_patterns = [
    "docs/*.md",
    "docs/**/*.md",
    "benchmarks/results/*.md",
    "benchmarks/flagship/LOG.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
]

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "numpydoc",
    "sphinx_copybutton",
    "sphinx_design",
    "reference",
]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
autodoc_typehints = "none"
smartquotes = False
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
copybutton_exclude = ".linenos, .gp, .go"

html_theme = "furo"
html_title = "Mien"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b6e4f", "color-brand-content": "#0b6e4f"},
    "dark_css_variables": {"color-brand-primary": "#7fd1ae", "color-brand-content": "#7fd1ae"},
}
# The folder's own address leads to the start page.
html_additional_pages = {"index": "start.html"}
templates_path = ["templates"]


def setup(app):
    """Tables of the guides are marked ``csv``, which Pygments does not know."""
    app.add_lexer("csv", TextLexer)
