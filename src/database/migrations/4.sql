-- Version 4: who registers a nickname need not be who had it before. The private messages after this one are the
-- account's. For an account from before this version they are those from after its registration.

ALTER TABLE accounts ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
UPDATE accounts SET since = coalesce((SELECT max(id) FROM messages WHERE time <= registered), 0);
