"""The watch of one installation, in memory: places, their desks, what is measured and how it is pinned."""
