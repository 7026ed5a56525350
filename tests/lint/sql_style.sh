#!/bin/bash
# sql_style.sh - one function to a file, named as the file, deployed, described and tested.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lint/lib/tap.sh

cd sql/functions
files=(*.sql)
listed() {
    sed -nE 's|^\\ir \.\./functions/(.*)$|\1|p' ../deploy/functions.sql
}

none "every file makes one function, of its own name" < <(
    for file in "${files[@]}"; do
        made=$(grep -oE '^CREATE (OR REPLACE )?(FUNCTION|PROCEDURE) [a-z0-9_.]+' "$file" || true)
        [[ $made == "CREATE OR REPLACE FUNCTION ${file%.sql}" ]] || echo "$file: ${made:-nothing}"
    done)
none "every file begins by saying what the function does" < <(
    for file in "${files[@]}"; do
        [[ $(sed -n 1p "$file") == "-- ${file%.sql}: "?* ]] || echo "$file"
    done)
none "every function is deployed, once" < <(
    comm -3 <(printf '%s\n' "${files[@]}" | sort) <(listed | sort))
none "every function of foyer_api and foyer_admin has a fixed search_path" < <(
    for file in foyer_api.*.sql foyer_admin.*.sql; do
        grep -qE '^ *SECURITY DEFINER SET search_path = pg_catalog, pg_temp' "$file" || echo "$file"
    done)
none "no function changes the schema or raises a privilege" < <(
    grep -nEi '^[^-]*\b(GRANT|REVOKE|ALTER|DROP|CREATE (TABLE|TYPE|VIEW|INDEX|SCHEMA|ROLE))\b' "${files[@]}" || true)
none "no function of foyer_api raises: what breaks a rule is returned" < <(
    grep -nE '\bRAISE\b' foyer_api.*.sql || true)
none "no function builds SQL from text" < <(grep -nE '\bEXECUTE\b' foyer_api.*.sql || true)
none "no instant is that of the transaction's start" < <(
    grep -nEi '\b(now\(\)|current_timestamp|transaction_timestamp|localtimestamp|statement_timestamp)' "${files[@]}" || true)
none "no line is longer than 120 columns" < <(grep -nE '^.{121,}' "${files[@]}" ../deploy/*.sql || true)

cd ../..
none "every function of foyer_api and foyer_admin is called by a test" < <(
    for file in sql/functions/foyer_api.*.sql sql/functions/foyer_admin.*.sql; do
        name=$(basename "$file" .sql)
        grep -qE "\b${name/./\\.}\(" tests/sql/*.sql || echo "$name"
    done)
none "every file that the plan names is there, to deploy, to verify and to revert" < <(
    awk '/^[a-z]/ { print $1 }' sql/sqitch.plan | while read -r change; do
        for step in deploy verify revert; do
            [[ -f sql/$step/$change.sql ]] || echo "sql/$step/$change.sql"
        done
    done)
finish
