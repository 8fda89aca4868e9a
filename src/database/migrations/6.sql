-- Version 6: what is too old (--keep-days) is found by its own time, whatever number it has; and it is remembered which
-- time of day was believed, since by a clock that stands years ahead at the start everything would be forgotten.

CREATE INDEX messages_by_time ON messages (time);

CREATE TABLE clock (
    id       INTEGER PRIMARY KEY CHECK (id = 1), -- one row, or none
    believed INTEGER NOT NULL,                   -- the last time that was
    doubted  INTEGER                             -- the first time after it that was not
) STRICT;
