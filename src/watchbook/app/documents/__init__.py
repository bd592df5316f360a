"""Runbooks on disk: found, read, checked, compared and mended. Called by the commands and by the watch."""
