-- file: its books; files with something wrong first, then by path (never by time of reading, which differs by run)
SELECT path, source, bytes, records_read, accepted, rejected, skipped, nulled, status, finding
FROM input_files
ORDER BY status = 'read' AND rejected = 0, path, sha256
LIMIT $limit
