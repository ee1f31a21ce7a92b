"""Bringing Yigou up: the demo on one machine, and the files of a real installation."""
