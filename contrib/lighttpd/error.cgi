#!/bin/sh
# error.cgi - what lighttpd says when it has to answer by itself, as Foyer would have said it.
#
# server.error-handler of lighttpd runs this, and REDIRECT_STATUS is the status that it had in mind. A process of
# Foyer that dies takes its requests with it: lighttpd calls that 500. Their fate is unknown, as it is when the
# database dies, and the answer is the same: 503, and an Idempotency-Key makes the retry safe.

case $REDIRECT_STATUS in
    501)    # a method or an encoding that lighttpd does not know: no use in trying again
        status='501 Not Implemented' retry=
        error=bad_request message='Request is not valid HTTP' ;;
    5*)
        status='503 Service Unavailable' retry='Retry-After: 1\r\n'
        error=unavailable message='The service is temporarily unavailable' ;;
    413)
        status='413 Payload Too Large' retry=
        error=payload_too_large message='Body is larger than 131072 bytes' ;;
    4*)
        status="$REDIRECT_STATUS Refused" retry=
        error=bad_request message='Request is not valid HTTP' ;;
    *)    # somebody asked for this script
        status='404 Not Found' retry=
        error=not_found message='Not found' ;;
esac

body=$(printf '{"error":"%s","message":"%s"}' "$error" "$message")
printf 'Status: %s\r\nContent-Type: application/json; charset=utf-8\r\nCache-Control: no-store\r\n' "$status"
printf "$retry"'Content-Length: %d\r\n\r\n%s' "${#body}" "$body"
