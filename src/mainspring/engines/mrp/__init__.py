"""Material requirements planning: net requirements level by level, each proposal with its reason."""
