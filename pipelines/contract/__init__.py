"""Definitions: the record, masking, metrics, tables, registry, settings, parts, day tables, checks, status."""
