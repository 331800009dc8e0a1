"""Mainspring runs a company on one database: customers, money, materials, people and the plan that ties them."""
