"""Settings of Sphinx; `website.lay_out` writes what it reads."""

from pathlib import Path

project = "interactions-adapters"
copyright = "the authors of interactions-adapters"  # noqa: A001 - Sphinx's word
extensions = ["myst_parser"]
root_doc = "index"
html_theme = "furo"
html_title = "interactions-adapters"
html_static_path = ["static"]
html_css_files = ["narrow.css"]
html_copy_source = False
html_show_sphinx = False
html_last_updated_fmt = None
# From `file://` a browser lets no page read another one: found pages are listed only.
html_show_search_summary = False
html_search_scorer = str(Path(__file__).with_name("static") / "scorer.js")
# Names of headings are those that the repository's host gives them.
myst_heading_anchors = 6
# The text of an error is a heading, so that one may follow after two levels.
suppress_warnings = ["myst.header", "misc.highlighting_failure"]
# An empty text is written "", which is no quotation.
smartquotes = False
python_maximum_signature_line_length = 80
python_use_unqualified_type_names = True
add_module_names = False
toc_object_entries_show_parents = "hide"
