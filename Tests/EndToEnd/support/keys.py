# SPDX-License-Identifier: Apache-2.0
"""A store with many keys, filled while no gateway runs: making them one by one would test the admin API instead."""

import secrets
import sqlite3
import time
from pathlib import Path


def fill_store(database: Path, count: int):
    now = int(time.time() * 1_000_000)
    rows = (
        (f"key_filled{number:018d}", f"filled-{number:06d}", "sk-sluice-abcd", "*", 0, now, secrets.token_bytes(32))
        for number in range(count)
    )
    with sqlite3.connect(database) as connection:
        connection.executemany(
            "INSERT INTO virtual_key (id, name, prefix, models, disabled, created_at, digest) VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    connection.close()
