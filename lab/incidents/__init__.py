"""Worlds: made-up day tables with planted faults, and the incidents that a correct detection finds in them.

`world` in `world.py` makes a world, `score` in `score.py` compares found incidents with planted ones. The expected
incidents follow from the definition of an incident alone, not from the way in which the product finds them.
"""
