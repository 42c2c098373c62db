"""The figures of kairos-plot."""
