"""Everything that claims, acts and records: runs, the outbox, the auditor. Called by `app`; decides nothing."""
