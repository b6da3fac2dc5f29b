"""The cells of sheets, wherever these are kept: CSV and workbooks by path or address, and Google Sheets."""
