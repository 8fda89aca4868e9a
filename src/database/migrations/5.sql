-- Version 5: the number of a message is never given a second time, though all have been forgotten (--keep-days): "after
-- this message" is what sessions and accounts go by. A table takes AUTOINCREMENT only when it is made.

DROP VIEW chat;
ALTER TABLE messages RENAME TO old_messages;

CREATE TABLE messages (
    id        INTEGER PRIMARY KEY AUTOINCREMENT, -- the order in which they were shown
    time      INTEGER NOT NULL,
    sender    INTEGER NOT NULL REFERENCES users,
    recipient INTEGER REFERENCES users,          -- NULL: the group
    text      TEXT NOT NULL,
    waits     INTEGER NOT NULL DEFAULT 0         -- 0: no; 1: was not shown yet; 2: was shown, and nothing has come since
) STRICT;

INSERT INTO messages SELECT id, time, sender, recipient, text, waits FROM old_messages ORDER BY id;
DROP TABLE old_messages;

CREATE INDEX messages_by_recipient ON messages (recipient);
CREATE INDEX private_messages_by_sender ON messages (sender) WHERE recipient IS NOT NULL;
CREATE INDEX messages_that_wait ON messages (recipient) WHERE waits > 0;

CREATE VIEW chat AS
    SELECT messages.id, strftime('%Y-%m-%d %H:%M:%S', time / 1000, 'unixepoch') AS utc,
           sender.nickname AS "from", recipient.nickname AS "to", text
    FROM messages
    JOIN users AS sender ON sender.id = messages.sender
    LEFT JOIN users AS recipient ON recipient.id = messages.recipient;
