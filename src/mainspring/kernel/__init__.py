"""What every business record needs: nouns, verbs, facts, access, audit. Knows no module and no HTTP."""
