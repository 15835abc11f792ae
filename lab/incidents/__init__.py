"""Worlds: day tables of an installation with planted faults, and the incidents that these are.

`world(seed)` in `world.py` makes one, `score` in `score.py` compares found incidents with planted ones. The truth
follows from the definition of an incident alone, not from the way in which the product finds incidents.
"""
