#!/bin/sh
# Run by the postgres image once, on an empty volume.
set -eu
psql -v ON_ERROR_STOP=1 -U postgres -v owner_password="'$OWNER_PASSWORD'" -v app_password="'$APP_PASSWORD'" -f /lifang/postgres.sql
