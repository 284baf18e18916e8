"""
What is new in saved searches: found after each commit, shown as new, and mailed once.

``finding`` matches what has come, ``outbox`` puts what is due into mailings, ``sending`` sends them; ``run`` does all
three for ``visti alerts run``.
"""
