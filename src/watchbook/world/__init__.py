"""Everything that touches the outside, one folder a kind. Adapters return results and decide nothing."""
