-- The HMAC of the proofs: the test vectors of RFC 4231, section 4.
BEGIN;
SELECT plan(10);

PREPARE hmac AS SELECT encode(foyer.hmac_sha256($1, $2), 'hex');
SELECT results_eq(format('EXECUTE hmac (%L, %L)', v.key, v.data), ARRAY[v.mac], 'test case ' || v.number)
  FROM (VALUES
    (1, decode(repeat('0b', 20), 'hex'), 'Hi There'::bytea,
     'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'),
    (2, 'Jefe', 'what do ya want for nothing?',
     '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'),
    (3, decode(repeat('aa', 20), 'hex'), decode(repeat('dd', 50), 'hex'),
     '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'),
    (4, '\x0102030405060708090a0b0c0d0e0f10111213141516171819', decode(repeat('cd', 50), 'hex'),
     '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b'),
    (6, decode(repeat('aa', 131), 'hex'), 'Test Using Larger Than Block-Size Key - Hash Key First',
     '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54'),
    (7, decode(repeat('aa', 131), 'hex'), 'This is a test using a larger than block-size key and a larger than '
     'block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
     '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2')) AS v(number, key, data, mac);
SELECT is(left(encode(foyer.hmac_sha256(decode(repeat('0c', 20), 'hex'), 'Test With Truncation'), 'hex'), 32),
    'a3b6167473100ee06e0c796c2955552b', 'test case 5, which is cut to 128 bits');

-- The longest key that is not hashed first has the length of a block.
SELECT isnt(foyer.hmac_sha256(decode(repeat('aa', 64), 'hex'), 'x'),
    foyer.hmac_sha256(sha256(decode(repeat('aa', 64), 'hex')), 'x'), 'a key of 64 bytes is used as it is');
SELECT is(foyer.hmac_sha256(decode(repeat('aa', 65), 'hex'), 'x'),
    foyer.hmac_sha256(sha256(decode(repeat('aa', 65), 'hex')), 'x'), 'one of 65 is hashed first');
SELECT is(foyer.hmac_sha256('', ''), '\xb613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad'::bytea,
    'key and message may be empty');

SELECT * FROM finish();
ROLLBACK;
