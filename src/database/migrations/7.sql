-- Version 7: users are forgotten too (--keep-days, `chat-server account delete`). Without this index SQLite would look
-- through all messages for each of them, to make sure that none refers to it.

CREATE INDEX messages_by_sender ON messages (sender);
