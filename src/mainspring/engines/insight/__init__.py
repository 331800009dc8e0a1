"""What own sales tell about customers: value and rhythm, classes, cohorts, silence, and what is bought together."""
