#!/bin/bash
# openapi.sh - docs/openapi.yaml is as it is made, a sound OpenAPI document, and its examples are of their schemas.
#
# The linter comes from npm: package.json names it, package-lock.json pins all of it. It is installed into
# build/lint once, and again when the lock changes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lint/lib/tap.sh

document=$PWD/docs/openapi.yaml
lint=$PWD/tests/lint
home=$(realpath -m "$FOYER_BUILD")/lint

# A linter that finds nothing proves something only if it would: each of these edits makes a fault that it must see.
controls=(
    "a reference to nothing"                 "s/schemas\/Message'/schemas\/NoMessage'/"
    "an example of another type"             's/^\( *\)total: 1$/\1total: "1"/'
    "an example without a required member"   '/^ *closedAt: null$/d'
    "an example with an unknown member"      's/^\( *\)closedAt: null$/&\n\1colour: null/'
    "a path whose parameter has no entry"    "s/parameters\/ConversationId'/parameters\/MessageId'/"
    "two operations of one name"             's/operationId: getReadiness/operationId: getLiveness/'
    "a misspelt keyword"                     's/^      responses:$/      reponses:/'
    "a type that there is not"               's/type: boolean/type: bool/'
    "a component that nobody uses"           "s/headers\/RetrySoon'/headers\/RetryAfter'/"
    "a security scheme that is not declared" 's/^- bearer: \[\]/- basic: []/'
)

# install_linter: silent when it has succeeded.
install_linter() {
    mkdir -p "$home" && exec {lock}>"$home/.lock" && flock "$lock" || return
    if ! cmp -s "$lint/package-lock.json" "$home/installed"; then
        cp "$lint/package.json" "$lint/package-lock.json" "$home" &&
            npm ci --prefix="$home" --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error \
                >/dev/null &&
            cp "$lint/package-lock.json" "$home/installed"
    fi
}

# make_controls: a file for each control; the first of all files is the document itself.
make_controls() {
    local i
    files=("$document")
    for ((i = 1; i < ${#controls[@]}; i += 2)); do
        files+=("$home/control-${#files[@]}.yaml")
        sed "${controls[i]}" "$document" >"${files[-1]}"
    done
}

# findings FILE...: one line for each finding, after the number of the file.
findings() {
    (cd "$home" && exec node - "$@") <<'END'
const { createConfig, lint } = require('@redocly/openapi-core');
(async () => {
  // A health route takes nothing from its caller, so it has nothing to refuse.
  const rules = { 'operation-4xx-response': 'off' };
  const config = await createConfig({ extends: ['recommended-strict'], rules });
  for (const [number, ref] of process.argv.slice(2).entries()) {
    for (const { ruleId, message, location } of await lint({ ref, config })) {
      console.log(`${number} ${ruleId}: ${location[0].pointer}: ${message}`);
    }
  }
})();
END
}

none "the linter is installed as package-lock.json pins it" < <(
    said=$(install_linter 2>&1) || echo "${said:-npm ci has failed}")
none "docs/openapi.yaml is what docs/openapi.py makes" < <(docs/openapi.py --check 2>&1)
make_controls
said=$(findings "${files[@]}" 2>&1) || said="0 the linter has failed: $said"
none "docs/openapi.yaml: the linter has nothing to say" < <(sed -n 's/^0 //p' <<<"$said")
for ((i = 1; i < ${#files[@]}; i++)); do
    none "the linter sees ${controls[2 * i - 2]}" < <(
        ! cmp -s "$document" "${files[i]}" || echo "the edit changes nothing"
        grep -q "^$i " <<<"$said" || echo "nothing is said about it")
done
finish
