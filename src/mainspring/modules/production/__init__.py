"""Making things: production orders with components and operations, shop reports, work in process, load and the plan."""
