"""The numbers of the charts."""
