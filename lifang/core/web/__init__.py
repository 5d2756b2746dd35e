"""The page kit: doors, tables, forms, islands, panels. Start with README.md."""
