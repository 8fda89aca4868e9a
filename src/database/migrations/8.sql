-- Version 8: what the teacher did at the console, in order. It is forgotten with the messages of its time (--keep-days), and
-- with whom it was about (`chat-server account delete`).

CREATE TABLE acts (
    id       INTEGER PRIMARY KEY,
    time     INTEGER NOT NULL, -- milliseconds since 1970
    command  TEXT NOT NULL,    -- as it was typed
    name     TEXT,             -- the nickname that it was about, without case
    address  TEXT              -- the address that it was about
) STRICT;
