"""Files in and out: any resource as CSV or spreadsheet, with the same columns, rules and permissions as its pages."""
