"""Diagnoses: an issue examined with its read-only commands, and its result on the record."""
