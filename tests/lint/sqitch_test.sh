#!/bin/bash
# sqitch_test.sh - the changes of sql/ deploy, verify and revert, and the bundle is the same schema.
#
# shellcheck disable=SC2317 # the functions are called by "promise"
set -euo pipefail
cd "$FOYER_ROOT/sql"

changed=sqitch_$$    # what Sqitch makes
bundled=bundle_$$    # what foyer.sql makes
bundle=$FOYER_BUILD/foyer.sql
said=$(mktemp)
trap 'dropdb --if-exists "$changed"; dropdb --if-exists "$bundled"; rm -f "$said"' EXIT
export SQITCH_FULLNAME="Foyer tests" SQITCH_EMAIL=foyer@example.org SQITCH_USER_CONFIG=/dev/null
number=0
status=0

# promise TEXT COMMAND...: one assertion, which holds when the command succeeds.
promise() {
    number=$((number + 1))
    if "${@:2}" >"$said" 2>&1; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        tail -n 20 "$said" | sed 's/^/# /'
        status=1
    fi
}

fails() {
    ! "$@"
}

sql() {
    psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$@"
}

change() {
    sqitch "$1" "${@:2}" "db:pg:$changed"
}

# schema DATABASE: the schema as text, without what differs from dump to dump, and without Sqitch's own.
schema() {
    pg_dump --schema-only --exclude-schema=sqitch "$1" | grep -vE '^(--|$|\\(un)?restrict )'
    sql "$1" -c "SELECT datacl FROM pg_database WHERE datname = current_database()"
}

same_schema() {
    diff <(schema "$1") <(schema "$2")
}

is_empty() {
    [[ -z $(sql "$1" -c "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'foyer%'
                         UNION ALL SELECT defaclacl::text FROM pg_default_acl
                         UNION ALL SELECT 'PUBLIC has ' || count(*) || ' privileges' FROM pg_database AS d,
                                   aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS a
                          WHERE datname = current_database() AND a.grantee = 0 HAVING count(*) <> 2") ]]
}

# notices CHANGE SQL: after this SQL, in a transaction that does not stay, the change does not verify any more.
notices() {
    local said
    ! said=$({ printf 'BEGIN;\n%s;\n\\echo broken\n' "$2"; cat "verify/$1.sql"; } | sql "$bundled" 2>&1) &&
        grep -qx broken <<<"$said"
}

unverified() {
    sql "$bundled" -c "
        SELECT n.nspname || '.' || o.name
          FROM (SELECT relnamespace, relname FROM pg_class WHERE relkind IN ('r', 'v', 'c')
                UNION SELECT typnamespace, typname FROM pg_type WHERE typtype IN ('d', 'e')
                UNION SELECT pronamespace, proname FROM pg_proc) AS o(schema, name)
          JOIN pg_namespace AS n ON n.oid = o.schema
         WHERE n.nspname LIKE 'foyer%'" | while read -r name; do
        grep -qwF "$name" verify/*.sql || echo "no verify script names $name"
    done
}

has_scripts() {
    local change kind
    sed -n 's/^\([a-z]\w*\) .*/\1/p' sqitch.plan | while read -r change; do
        for kind in deploy revert verify; do
            test -s "$kind/$change.sql" || echo "there is no $kind/$change.sql"
        done
    done
}

createdb "$changed"
createdb "$bundled"
promise "every change of the plan has its three scripts" test -z "$(has_scripts)"
promise "all changes deploy, and each is verified" change deploy --verify
promise "what is deployed verifies" change verify
promise "the bundle runs in an empty database" sql "$bundled" -f "$bundle"
promise "the bundle makes the schema that the changes make" same_schema "$changed" "$bundled"
schema "$bundled" >"$said.before"
promise "a second run of the bundle is refused" fails sql "$bundled" -f "$bundle"
promise "and has changed nothing" diff "$said.before" <(schema "$bundled")
rm -f "$said.before"
promise "a database that the bundle made can be handed over to Sqitch" sqitch deploy --log-only "db:pg:$bundled"
promise "which verifies it" sqitch verify "db:pg:$bundled"
promise "all changes revert" change revert -y
promise "a reverted database is as it was" is_empty "$changed"
promise "what was reverted deploys again" change deploy --verify
promise "and is the same schema" same_schema "$changed" "$bundled"
promise "every table, view, type and function is verified" test -z "$(unverified)"

for script in verify/*.sql; do
    promise "$script has nothing to say about the bundle" sql "$bundled" -f "$script"
done
while IFS='|' read -r name sabotage; do
    promise "verify/$name.sql notices: $sabotage" notices "$name" "$sabotage"
done <<'END'
roles|ALTER ROLE foyer_web RESET lock_timeout
roles|ALTER ROLE foyer_web CREATEDB
roles|ALTER ROLE foyer_owner LOGIN
schemas|ALTER SCHEMA foyer_api OWNER TO postgres
schemas|ALTER DEFAULT PRIVILEGES FOR ROLE foyer_owner GRANT EXECUTE ON FUNCTIONS TO PUBLIC
accounts|ALTER TABLE foyer.api_key DROP COLUMN expires_at
limiter|DROP VIEW foyer.rate_hit
conversations|ALTER TABLE foyer.message RENAME COLUMN seq TO number
history|DROP TABLE foyer.idempotency
replies|DROP TYPE foyer_api.unread_reply CASCADE
reports|ALTER TYPE foyer_admin.application DROP ATTRIBUTE suspended CASCADE
retention|DROP INDEX foyer.conversation_closed_at_idx
functions|DROP FUNCTION foyer_api.ready
functions|ALTER FUNCTION foyer_api.ready SECURITY INVOKER
functions|ALTER FUNCTION foyer_api.ready RESET ALL
functions|ALTER FUNCTION foyer.relax OWNER TO postgres
grants|GRANT SELECT (name) ON foyer.operator TO foyer_web
grants|GRANT DELETE ON foyer.message TO foyer_admin
grants|GRANT SELECT ON foyer.message TO PUBLIC
grants|GRANT EXECUTE ON FUNCTION foyer.relax TO foyer_web
grants|GRANT EXECUTE ON FUNCTION foyer_admin.purge TO foyer_web
grants|GRANT EXECUTE ON FUNCTION foyer_api.ready TO PUBLIC
grants|REVOKE EXECUTE ON FUNCTION foyer_api.ready FROM foyer_web
grants|REVOKE EXECUTE ON FUNCTION foyer_api.schema_version FROM foyer_admin
grants|GRANT USAGE ON SCHEMA foyer TO foyer_web
grants|GRANT CREATE ON SCHEMA foyer_api TO foyer_web
grants|REVOKE USAGE ON SCHEMA foyer_admin FROM foyer_admin
END
echo "1..$number"
exit "$status"
