# bundle.awk - one plain SQL file from the deploy scripts of the plan, for hosts
# that have psql or a web front end but no Sqitch.
#
# usage: awk -v dir=sql -f bundle.awk sql/sqitch.plan
# The \ir lines are replaced by the files they name, and the scripts' own BEGIN and
# COMMIT by one transaction around all of them.

function emit(path,    line, last) {
	while ((last = getline line < path) > 0) {
		if (line ~ /^\\ir \.\.\//)
			emit(dir "/" substr(line, 8))
		else if (line !~ /^(BEGIN|COMMIT);$/)
			print line
	}
	if (last < 0) {
		print "bundle.awk: cannot read " path > "/dev/stderr"
		exit 1
	}
	close(path)
}

BEGIN { body = dir "/functions/foyer_api.schema_version.sql"
	while ((getline line < body) > 0)
		if (line ~ /^ *SELECT [0-9]+$/)
			version = line
	close(body)
	sub(/^ *SELECT /, "", version)
	print "-- foyer schema " version
	print "-- Run it once in an empty database, as a role that may create roles:"
	print "--     psql -X -q -v ON_ERROR_STOP=1 -f foyer.sql"
	print "BEGIN;"
}
/^[a-z]/ {
	print ""
	emit(dir "/deploy/" $1 ".sql")
	print "RESET ROLE;"
}
END { print "COMMIT;" }
