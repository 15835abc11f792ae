"""Incidents as the pages list and explain them."""
