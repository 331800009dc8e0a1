"""What can be promised, and by when, from dated supply and demand."""
