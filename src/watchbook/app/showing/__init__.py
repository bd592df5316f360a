"""Views made of what is known: pure functions from live state and records to `app.views.watched`.

Called by `app.watchbook`, which loads the records. Nothing here reads the store, decides or formats.
"""
