"""Companies, sites, departments and territories; people and their roles; currencies and rates, units, calendars."""
