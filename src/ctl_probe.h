/*
 * ctl_probe.h - does the web server pass on what Foyer needs?
 */
#ifndef FOYER_CTL_PROBE_H
#define FOYER_CTL_PROBE_H

struct findings;

/*
 * Send some requests to url, the address of the API up to /api/v1, and add what
 * their answers tell.  They carry a key that nobody has, and change nothing.
 */
void probe_site(struct findings *f, const char *url);

#endif
