-- foyer_admin.application_secret: give an application a new secret, and tell it this once.
--
-- FY404  no such application
-- With it the site's backend proves who a visitor is; a proof by an earlier secret is no
-- longer one.  It is made here, so that it is in no statement that a server may log.
CREATE OR REPLACE FUNCTION foyer_admin.application_secret(p_application uuid,
    OUT id uuid, OUT secret text)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    id := (foyer.application_require(p_application)).id;
    -- 122 bits of each are random: more than enough for 256.
    UPDATE foyer.application AS a
       SET secret = pg_catalog.encode(pg_catalog.sha256(
               pg_catalog.uuid_send(pg_catalog.gen_random_uuid())
               || pg_catalog.uuid_send(pg_catalog.gen_random_uuid())
               || pg_catalog.uuid_send(pg_catalog.gen_random_uuid())), 'hex')
     WHERE a.id = p_application
    RETURNING a.secret INTO application_secret.secret;
END;
$$;
