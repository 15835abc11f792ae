"""Trials that try to break what authmeter promises of its running, each with a figure: `make reliability`."""
