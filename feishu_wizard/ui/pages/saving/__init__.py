"""The parts of the page "Save": differences, conflicts, undo, results, by hand, the file."""
