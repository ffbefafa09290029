-- SHA-256 over the keys of encrypted codes that an assignment holds; NULL for none.
ALTER TABLE assignments ADD COLUMN content_keys BLOB;
