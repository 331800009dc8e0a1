"""What would be if: changes tried on the plan before anybody makes them, compared, promoted or discarded."""
