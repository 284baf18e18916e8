"""
What a newsroom wants to know of its own coverage: what is missing, what disagrees, what was, how much there was.

Each report has a module, which works on the columns of a view's snapshot and so shows what its audience may see;
``door`` has them as methods of the archive. Nothing here reads more articles than it says.
"""
