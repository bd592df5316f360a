"""Coverage-guided fuzzing of the reader: `make fuzz`, `FUZZ_SECONDS=900 make fuzz`, `python -m fuzz --help`."""
