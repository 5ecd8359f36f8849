"""The commands of `neural-style`, one a file: each has `add(commands)`, which says its arguments and what runs it."""
