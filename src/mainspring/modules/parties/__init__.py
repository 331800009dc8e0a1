"""Everyone the company deals with: customers and suppliers, their addresses, people, bank accounts and terms."""
