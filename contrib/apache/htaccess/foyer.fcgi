#!/bin/sh
# foyer.fcgi - starts Foyer where the web server's configuration is out of reach: it sets the program's environment,
# which nothing else can. Mode 755; the program, the secrets and the log are outside of the document root.
#
# A changed environment or a new program is taken up by new processes only. They start when this file is replaced
# by a new one: cp foyer.fcgi new.fcgi && mv new.fcgi foyer.fcgi; the old ones end when they have been idle for long.
home=/home/example/foyer

export FOYER_DB=service=foyer
export FOYER_PREFIX=
export PGSERVICEFILE="$home/etc/pg_service.conf"
export PGPASSFILE="$home/etc/pgpass"

exec "$home/bin/foyer.fcgi" 2>>"$home/log/foyer.log"
