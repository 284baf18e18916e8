"""
What the templates show: results and articles turned into labels, links and pieces of text.

Decides wording, order and what is left out. Values come from the archive, addresses from ``urls``; markup stays in
the templates. ``results`` and ``articles`` make whole pages of what the other rooms make.
"""
