"""The material plan over plain CSV files: reading them, planning, and writing the answer beside its reasons."""
