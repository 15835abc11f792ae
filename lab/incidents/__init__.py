"""Made-up day tables with planted faults, and how many of the faults are found: in samples, and in days whose data is
faulty.
"""
