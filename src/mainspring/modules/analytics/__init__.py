"""What own sales tell about customers: who is valuable, who falls silent, what to offer whom; each figure says why."""
