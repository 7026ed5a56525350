# shellcheck shell=bash disable=SC2154 # the caller sets some variables
# demo.sh - an application to try Foyer with: made once, kept in DIR/demo.env, shown as two commands to paste.
#
# Uses root, dir, cluster and url of contrib/quickstart, and its function "answers".

# demo_make: demo.env as it should be now: the keys it has, as long as they are good, and where everything is.
demo_make() {
    demo_kept || demo_create
    (
        umask 077
        cat >"$dir/demo.env.new" <<EOF
FOYER_URL=$url
FOYER_APP_ID=$FOYER_APP_ID
FOYER_API_KEY=$FOYER_API_KEY
FOYER_OPERATOR_KEY=$FOYER_OPERATOR_KEY
FOYER_ADMIN_DB=$(demo_admin_db)
FOYERCTL=$root/build/foyerctl
EOF
    )
    mv "$dir/demo.env.new" "$dir/demo.env"
}

# A visitor's request without a visitor: a good key gets past 401 to 400, and leaves no trace.
demo_kept() {
    [[ -e $dir/demo.env ]] || return 1
    # shellcheck source=/dev/null
    . "$dir/demo.env"
    answers 400 "$url/api/v1/conversations" -H "Authorization: Bearer $FOYER_API_KEY" -H "X-App-Id: $FOYER_APP_ID" &&
        answers 200 "$url/api/v1/conversations" -H "Authorization: Bearer $FOYER_OPERATOR_KEY"
}

demo_create() {
    local made organization
    made=$(demo_foyerctl app create demo)
    organization=$(demo_member organizationId "$made")
    FOYER_APP_ID=$(demo_member id "$made")
    made=$(demo_foyerctl key create "$FOYER_APP_ID" --env test --name demo)
    FOYER_API_KEY=$(demo_member key "$made")
    made=$(demo_foyerctl operator create "$organization" "Demo operator" --role operator --env test)
    FOYER_OPERATOR_KEY=$(demo_member key "$made")
}

demo_foyerctl() {
    FOYER_ADMIN_DB=$(demo_admin_db) "$root/build/foyerctl" --json "$@"
}

# demo_member NAME JSON: the value of this string member.
demo_member() {
    sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p" <<<"$2" | grep .
}

# The socket's directory is the host; "/" is escaped there, and nothing in the URI needs quotes in a shell.
demo_admin_db() {
    local socket=$cluster/socket
    echo "postgresql://foyer_admin@${socket//\//%2F}:$cluster_port/foyer"
}

demo_show() {
    local visitor
    # shellcheck source=/dev/null
    . "$dir/demo.env"
    visitor=$(</proc/sys/kernel/random/uuid)
    cat <<EOF

Foyer answers at $url

A visitor starts a conversation. Paste this:

  conversation=\$(curl -sS $url/api/v1/conversations \\
    -H 'Authorization: Bearer $FOYER_API_KEY' \\
    -H 'X-App-Id: $FOYER_APP_ID' \\
    -H 'X-Visitor-Id: $visitor' \\
    -H 'Content-Type: application/json' -d '{"subject": "Opening hours"}' |
    sed 's/.*"id" *: *"\([^"]*\)".*/\1/'); echo "conversation: \$conversation"

and writes a message into it:

  curl -sS $url/api/v1/conversations/\$conversation/messages \\
    -H 'Authorization: Bearer $FOYER_API_KEY' \\
    -H 'X-App-Id: $FOYER_APP_ID' \\
    -H 'X-Visitor-Id: $visitor' \\
    -H 'Content-Type: application/json' -d '{"content": "Are you open on Sunday?"}'; echo

Next: $dir/demo.env has these keys and an operator's, who accepts the
conversation with POST .../accept. foyerctl makes more of everything:

  (set -a; . $dir/demo.env; \$FOYERCTL app list)

EOF
}
