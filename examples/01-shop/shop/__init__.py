"""The shop: a small checkout service to stand watch over. Standard library only; it knows nothing of Watchbook."""
