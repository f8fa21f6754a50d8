#!/bin/sh
# Run once by the postgres image, after 10-roles.sql, on the new database: passwords, then the owner.
# psql reads the files itself (backquotes), so that no password is an argument seen in `ps`.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\set proprietaire `cat /run/secrets/mdp_proprietaire`
\set app `cat /run/secrets/mdp_app`
\set comptage `cat /run/secrets/mdp_comptage`
\set sauvegarde `cat /run/secrets/mdp_sauvegarde`
ALTER ROLE mes_proprietaire PASSWORD :'proprietaire';
ALTER ROLE mes_app PASSWORD :'app';
ALTER ROLE mes_comptage PASSWORD :'comptage';
ALTER ROLE mes_sauvegarde PASSWORD :'sauvegarde';
ALTER DATABASE :"DBNAME" OWNER TO mes_proprietaire;
SQL
