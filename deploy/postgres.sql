-- Once, as a superuser, on the server that LIFANG_DATABASE_URL will name:
--   psql -v owner_password="'…'" -v app_password="'…'" -f postgres.sql
-- Locale C.UTF-8 is not a taste: with C, Chinese text has no trigrams and searches find nothing (lifang refuses to start).
CREATE ROLE lifang_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :owner_password;
CREATE ROLE lifang_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :app_password;
CREATE DATABASE lifang OWNER lifang_owner TEMPLATE template0 ENCODING 'UTF8'
  LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8';
\connect lifang
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO lifang_app;
ALTER DEFAULT PRIVILEGES FOR ROLE lifang_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO lifang_app;
ALTER DEFAULT PRIVILEGES FOR ROLE lifang_owner GRANT USAGE, SELECT ON SEQUENCES TO lifang_app;
ALTER DEFAULT PRIVILEGES FOR ROLE lifang_owner GRANT EXECUTE ON FUNCTIONS TO lifang_app;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS btree_gin;
