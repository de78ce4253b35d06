"""The documentation site: ``python -m sphinx -W --keep-going -b html docs build/docs``.

The notebooks are executed once and kept in ``build/.jupyter_cache``; ``-D nb_execution_mode=off`` leaves their pictures
out. The pages are written to be read as files as well, so a link that leaves ``docs/`` is turned here into the page
that stands for its target.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import version as version_of
from pathlib import Path

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path.insert(0, str(ROOT / "src"))

project = "trustsim"
author = "The trustsim developers"
copyright = f"2026, {author}"
version = release = version_of("trustsim")
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "myst-nb", ".py": "myst-nb"}
exclude_patterns = ["*.py", "made/*", "notebooks/.*", "notebooks/README.md"]
nb_custom_formats = {".py": ["jupytext.reads", {"fmt": "py:percent"}]}
nb_execution_mode = "cache"
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_execution_show_tb = True
myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4
suppress_warnings = ["myst.xref_ambiguous"]

html_math_renderer = "mathml"  # by the browser itself: equations need no script and no other address

html_theme = "furo"
html_title = "trustsim"
html_static_path = ["_static"]
html_css_files = ["trustsim.css"]
html_show_sphinx = False
html_copy_source = False
html_theme_options = {"navigation_with_keys": True}

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
autodoc_default_options = {"members": True}
napoleon_use_ivar = True
napoleon_use_rtype = False
python_maximum_signature_line_length = 88

#: pages that stand for files outside docs/
ELSEWHERE = {"contributing": "CONTRIBUTING.md", "changelog": "CHANGELOG.md", "measured": "benchmarks/README.md"}
_OUTWARD = (
    (r"\]\((?:\.\./)?CONTRIBUTING\.md", "](contributing.md"),
    (r"\]\((?:\.\./)?CHANGELOG\.md", "](changelog.md"),
    (r"\]\(\.\./benchmarks/README\.md", "](measured.md"),
    (r"\[([^\]]*)\]\((?:\.\./)?notebooks/(\w+)\.py\)", r"{doc}`\1 </notebooks/\2>`"),
    (r"\]\(\.\./scenarios/(?:cases|evidence|history|limits)/?\)", "](scenarios.md)"),
)


def stand_in(app: Sphinx, docname: str, source: list[str]) -> None:
    """Read the file that a page stands for, and turn links that leave ``docs/`` into links to pages."""
    if docname in ELSEWHERE:
        path = ROOT / ELSEWHERE[docname]
        app.env.note_dependency(str(path))
        source[0] = path.read_text(encoding="utf-8").replace("](docs/", "](")
    if docname.startswith("notebooks/"):
        source[0] = re.sub(r"\[([^\]]*)\]\(\.\./docs/([\w-]+)\.md[^)]*\)", r"{doc}`\1 </\2>`", source[0])
    for pattern, page in _OUTWARD:
        source[0] = re.sub(pattern, page, source[0])


_SECTION = re.compile(r"^(Parameters|Attributes|Raises)$")
_FIELD = re.compile(r"^(?P<names>[`\w][`\w, *]*?) ?: (?P<text>\S.*)$")


def one_line_fields(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    """Turn ``name : text`` of our docstrings into the two lines that napoleon reads as a name and its text."""
    inside = False
    told: list[str] = []
    for k, line in enumerate(lines):
        if k + 1 < len(lines) and set(lines[k + 1].strip()) == {"-"}:
            inside = bool(_SECTION.match(line.strip()))
        field = _FIELD.match(line) if inside else None
        told += [field["names"], f"    {field['text']}"] if field else [line]
    lines[:] = told


def mathml(node: nodes.math | nodes.math_block, display: str) -> str:
    r"""Return an equation as MathML; the converter knows neither ``aligned`` nor an escaped underscore in ``\text``."""
    return convert(node.astext().replace("{aligned}", "{split}").replace(r"\_", "_"), display=display)


def inline_maths(page: HTML5Translator, node: nodes.math) -> None:
    """Write an equation inside a line as MathML."""
    page.body.append(mathml(node, "inline"))
    raise nodes.SkipNode


def block_maths(page: HTML5Translator, node: nodes.math_block) -> None:
    """Write an equation of its own line as MathML, with its number if it has one, in a box that scrolls by itself."""
    number = f'<span class="eqno">({get_node_equation_number(page, node)})</span>' if node["number"] else ""
    page.body.append(f'<div class="equation" tabindex="0">{mathml(node, "block")}{number}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Show the notebooks, which lie beside ``docs/``, as a folder of it; connect what is above."""
    shown = DOCS / "notebooks"
    if not shown.exists():
        shown.symlink_to(Path("..") / "notebooks", target_is_directory=True)
    app.add_html_math_renderer("mathml", inline_renderers=(inline_maths, None), block_renderers=(block_maths, None))
    app.connect("source-read", stand_in)
    app.connect("autodoc-process-docstring", one_line_fields, priority=400)
