-- Version 2: nicknames that are kept for who knows the password.

CREATE TABLE accounts (
    key        TEXT PRIMARY KEY,                 -- what "taken" goes by: names that look alike share one
    user       INTEGER NOT NULL REFERENCES users,
    password   TEXT NOT NULL,                    -- an Argon2id hash, with its parameters and its salt
    registered INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
