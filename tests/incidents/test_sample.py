"""What the sample plants is found, and nothing else; over 20 samples in `tests/reliability/trial_14_sample.py`."""
