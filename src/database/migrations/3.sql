-- Version 3: what was shown to one who had been away waits on until something has come from there, since the connection
-- may break before anybody has read it. messages.waits: 0 no; 1 not shown yet; 2 shown, and nothing has come since.

DROP INDEX messages_that_wait;
CREATE INDEX messages_that_wait ON messages (recipient) WHERE waits > 0;
