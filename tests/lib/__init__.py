"""lib - what the HTTP tests share: TAP, a database of their own, a web server, clients."""
