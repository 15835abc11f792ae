"""What is not as usual: norms, detectors, and what they find in a day."""
