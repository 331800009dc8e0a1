"""Working time: weekly patterns with exceptions, working-day arithmetic, recurrences."""
