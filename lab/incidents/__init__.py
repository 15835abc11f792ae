"""Worlds: day tables of an installation with faults planted in them, and the incidents that these are.

`world(seed)` in `world.py` makes one, `score` in `score.py` compares found incidents with what was planted. Nothing
here knows how the product finds incidents: what is true follows from the definition of an incident alone, so that a
world can judge whoever looks for them.
"""
