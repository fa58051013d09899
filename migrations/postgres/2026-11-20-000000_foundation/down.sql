DROP TABLE log_head;
DROP TABLE events;
DROP TABLE mentions;
DROP TABLE messages;
DROP TABLE members;
DROP TABLE rooms;
DROP TABLE sessions;
DROP TABLE users;
