"""What is kept: tables, the hash-chained journal, the data folder, and one transaction for a decision.

Faces, `app` and `acting` call `store.store.Store`; nothing here decides anything or touches the outside beyond
the data folder. Importing this package is cheap; `store.store` imports SQLAlchemy.
"""
