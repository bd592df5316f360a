"""The application: loads, binds, watches, diagnoses and operates. The faces know only `app.application`."""
