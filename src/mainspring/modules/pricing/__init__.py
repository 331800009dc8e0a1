"""Price lists for selling and buying: prices by quantity and date, and which party gets which list."""
