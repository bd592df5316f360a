"""What the faces show, as frozen values: services and incidents, runs and questions, Watchbook itself."""
