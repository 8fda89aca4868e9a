-- Version 1: who was here, and what was said. All times are UTC, in milliseconds since 1970.

CREATE TABLE users (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,       -- the nickname without case: what finding somebody goes by
    nickname   TEXT NOT NULL,              -- as it was written last
    first_seen INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    joined     INTEGER NOT NULL DEFAULT 0, -- how often
    messages   INTEGER NOT NULL DEFAULT 0  -- how many were sent
) STRICT;

CREATE TABLE messages (
    id        INTEGER PRIMARY KEY,              -- the order in which they were shown
    time      INTEGER NOT NULL,
    sender    INTEGER NOT NULL REFERENCES users,
    recipient INTEGER REFERENCES users,         -- NULL: the group
    text      TEXT NOT NULL,
    waits     INTEGER NOT NULL DEFAULT 0        -- 1: the recipient was away, and has not come since
) STRICT;

-- Each answers one question: the last ones of the group, or to me; the last ones from me; what waits for me.
CREATE INDEX messages_by_recipient ON messages (recipient);
CREATE INDEX private_messages_by_sender ON messages (sender) WHERE recipient IS NOT NULL;
CREATE INDEX messages_that_wait ON messages (recipient) WHERE waits = 1;

-- The chat as people read it: SELECT * FROM chat;
CREATE VIEW chat AS
    SELECT messages.id, strftime('%Y-%m-%d %H:%M:%S', time / 1000, 'unixepoch') AS utc,
           sender.nickname AS "from", recipient.nickname AS "to", text
    FROM messages
    JOIN users AS sender ON sender.id = messages.sender
    LEFT JOIN users AS recipient ON recipient.id = messages.recipient;
