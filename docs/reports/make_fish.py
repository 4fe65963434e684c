"""Makes `fish.db`, the database that datasette serves here: one table of 10 000 rows, the same each time."""

import sqlite3

with sqlite3.connect("fish.db") as database:
    database.execute("DROP TABLE IF EXISTS fish")
    database.execute("CREATE TABLE fish (id INTEGER PRIMARY KEY, name TEXT, length REAL)")
    rows = ((number, f"fish {number}", number % 97 / 2) for number in range(1, 10_001))
    database.executemany("INSERT INTO fish VALUES (?, ?, ?)", rows)
