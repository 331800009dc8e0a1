"""How things are made: bills of material, routings and work centers, and what a product should cost."""
