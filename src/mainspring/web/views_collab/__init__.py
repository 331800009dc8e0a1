"""Pages of working together: timeline, files, inbox, background jobs, dossier."""
