"""The tables of the album's database, and how an older file becomes a newer one."""

from __future__ import annotations

APPLICATION_ID = 0x4D69656E
"""``PRAGMA application_id``: the letters *Mien*, so that nobody else's SQLite file is changed."""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE model (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        detector TEXT NOT NULL,
        labels TEXT NOT NULL,
        ferplus_labels TEXT NOT NULL,
        UNIQUE (sha256, detector)
    );
    CREATE TABLE setting (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE folder (path BLOB PRIMARY KEY, indexed REAL NOT NULL) WITHOUT ROWID;
    CREATE TABLE picture (
        id INTEGER PRIMARY KEY,
        hash BLOB NOT NULL UNIQUE,
        model INTEGER NOT NULL REFERENCES model (id),
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        orientation INTEGER NOT NULL,
        taken REAL,
        utc_offset INTEGER,
        latitude REAL,
        longitude REAL,
        difference_hash INTEGER NOT NULL
    );
    CREATE TABLE face (
        picture INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        x0 REAL NOT NULL,
        y0 REAL NOT NULL,
        x1 REAL NOT NULL,
        y1 REAL NOT NULL,
        score REAL NOT NULL,
        roll REAL NOT NULL,
        measures BLOB NOT NULL,
        PRIMARY KEY (picture, number)
    ) WITHOUT ROWID;
    CREATE TABLE embedding (
        picture INTEGER NOT NULL REFERENCES picture (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        half_floats BLOB NOT NULL,
        PRIMARY KEY (picture, number)
    ) WITHOUT ROWID;
    CREATE TABLE file (
        id INTEGER PRIMARY KEY,
        path BLOB NOT NULL UNIQUE,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        inode INTEGER NOT NULL,
        picture INTEGER REFERENCES picture (id),
        error TEXT,
        gone INTEGER NOT NULL DEFAULT 0,
        CHECK ((picture IS NULL) <> (error IS NULL))
    );
    CREATE INDEX file_by_picture ON file (picture, gone, path);
    """,
    # Of what could not be read before nobody noted why: it is tried once more.
    """
    ALTER TABLE file ADD COLUMN retry INTEGER NOT NULL DEFAULT 0;
    UPDATE file SET retry = 1 WHERE error IS NOT NULL;
    """,
    # Photos that were read before are as their files say.
    """
    ALTER TABLE picture ADD COLUMN turned INTEGER NOT NULL DEFAULT 0;
    """,
    # Which of the photos that were read before are cut off nobody noted.
    """
    ALTER TABLE picture ADD COLUMN incomplete INTEGER NOT NULL DEFAULT 0;
    """,
)
"""Script number n brings a database from version n to n + 1; never change one that was released."""

SCHEMA_VERSION = len(MIGRATIONS)
"""``PRAGMA user_version`` of the databases that this Mien writes."""
