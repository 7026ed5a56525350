'use strict';
// The job of Foyer as one would write it with fastify, pg and rate-limiter-flexible: a process for each processor, a
// pool of connections in each, one query after the other.
const cluster = require('node:cluster');
const { createHash } = require('node:crypto');
const { Pool } = require('pg');
const { RateLimiterPostgres } = require('rate-limiter-flexible');

const WINDOWS = { second: [1000, 1], minute: [10000, 60], hour: [100000, 3600] };
const EDIT_WINDOW = 15 * 60 * 1000;

const sha256 = (...texts) => {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest();
};

const messageView = (m) => ({
  id: m.id,
  conversationId: m.conversation_id,
  senderId: m.sender_id,
  senderRole: m.sender_role,
  type: 'text',
  content: m.content,
  contentFormat: 'plain',
  contentHtml: null,
  createdAt: m.created_at.toISOString(),
  editedAt: m.edited_at && m.edited_at.toISOString(),
  editableUntil: new Date(m.created_at.getTime() + EDIT_WINDOW).toISOString(),
});

const nullable = (type) => ({ type: [type, 'null'] });
const text = { type: 'string' };
const message = {
  type: 'object',
  properties: {
    id: text, conversationId: text, senderId: text, senderRole: text, type: text, content: text, contentFormat: text,
    contentHtml: nullable('string'), createdAt: text, editedAt: nullable('string'), editableUntil: text,
  },
};
const answer = (properties) => ({ type: 'object', properties });
const messages = { type: 'array', items: message };
const changes = { type: 'array', items: answer({ seq: { type: 'integer' }, type: text, message }) };

const page = {
  type: 'object',
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    offset: { type: 'integer', minimum: 0, default: 0 },
  },
};
const feed = {
  type: 'object',
  properties: {
    after: { type: 'integer', minimum: 0, default: 0 },
    limit: { type: 'integer', minimum: 1, maximum: 100, default: 100 },
  },
};
const content = {
  type: 'object',
  required: ['content'],
  additionalProperties: false,
  properties: { content: { type: 'string', minLength: 1, maxLength: 5000 } },
};

async function serve() {
  const pool = new Pool({ max: Number(process.env.POOL) });
  const limiters = Object.entries(WINDOWS).map(([keyPrefix, [points, duration]]) => new RateLimiterPostgres({
    storeClient: pool, tableName: 'rate_limit', tableCreated: true, keyPrefix, points, duration,
  }));
  const app = require('fastify')({ logger: false });

  app.addHook('onRequest', async (request, reply) => {
    const { authorization = '', 'x-app-id': application, 'x-visitor-id': visitor } = request.headers;
    const key = createHash('sha256').update(authorization.replace(/^Bearer /, '')).digest();
    const { rows } = await pool.query({
      name: 'key', text: 'SELECT application_id, revoked_at FROM api_key WHERE hash = $1', values: [key],
    });
    if (!rows.length || rows[0].revoked_at) return reply.code(401).send({ error: 'unauthorized' });
    if (rows[0].application_id !== application) return reply.code(403).send({ error: 'forbidden' });
    request.caller = { application, visitor };
  });

  const limit = async (request, reply) => {
    try {
      const all = await Promise.all(limiters.map((l) => l.consume(request.caller.visitor)));
      const least = all.reduce((a, b) => (b.remainingPoints < a.remainingPoints ? b : a));
      reply.header('X-RateLimit-Remaining', least.remainingPoints);
    } catch (refused) {
      if (refused instanceof Error) throw refused;
      const retryAfter = Math.ceil(refused.msBeforeNext / 1000);
      return reply.code(429).header('Retry-After', retryAfter).send({ error: 'rate_limit_exceeded', retryAfter });
    }
  };

  const find = async (request) => {
    const { application, visitor } = request.caller;
    const { rows } = await pool.query({
      name: 'find',
      text: 'SELECT id, seq, status FROM conversation WHERE id = $1 AND application_id = $2 AND visitor_id = $3',
      values: [request.params.id, application, visitor],
    });
    return rows[0];
  };

  app.post('/api/v1/conversations/:id/messages', {
    preHandler: limit, schema: { body: content, response: { 201: answer({ message }) } },
  }, async (request, reply) => {
    const { application, visitor } = request.caller;
    const key = request.headers['idempotency-key'];
    const slot = key && sha256(request.method, request.url, key);
    const fingerprint = key && sha256(JSON.stringify(request.body));
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      if (key) {
        const { rows } = await client.query({
          name: 'recall',
          text: `SELECT fingerprint, response FROM idempotency
                  WHERE application_id = $1 AND visitor_id = $2 AND slot = $3
                    AND created_at > now() - interval '24 hours'`,
          values: [application, visitor, slot],
        });
        if (rows.length) {
          await client.query('ROLLBACK');
          if (!rows[0].fingerprint.equals(fingerprint)) return reply.code(422).send({ error: 'idempotency_mismatch' });
          return reply.code(201).header('Idempotency-Replayed', 'true').send(rows[0].response);
        }
      }
      const touched = await client.query({
        name: 'touch',
        text: `UPDATE conversation SET seq = seq + 1, updated_at = now()
                WHERE id = $1 AND application_id = $2 AND visitor_id = $3 AND status <> 'closed' RETURNING seq`,
        values: [request.params.id, application, visitor],
      });
      if (!touched.rowCount) {
        await client.query('ROLLBACK');
        return reply.code(404).send({ error: 'not_found' });
      }
      const { rows } = await client.query({
        name: 'send',
        text: `INSERT INTO message (conversation_id, seq, sender_id, sender_role, content)
               VALUES ($1, $2, $3, 'visitor', $4) RETURNING *`,
        values: [request.params.id, touched.rows[0].seq, visitor, request.body.content],
      });
      const response = { message: messageView(rows[0]) };
      if (key) {
        await client.query({
          name: 'remember',
          text: `INSERT INTO idempotency (application_id, visitor_id, slot, fingerprint, response)
                 VALUES ($1, $2, $3, $4, $5)`,
          values: [application, visitor, slot, fingerprint, response],
        });
      }
      await client.query('COMMIT');
      return reply.code(201).send(response);
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {});
      throw error;
    } finally {
      client.release();
    }
  });

  app.get('/api/v1/conversations/:id/messages', {
    preHandler: limit,
    schema: {
      querystring: page,
      response: { 200: answer({ messages, limit: { type: 'integer' }, offset: { type: 'integer' } }) },
    },
  }, async (request, reply) => {
    const conversation = await find(request);
    if (!conversation) return reply.code(404).send({ error: 'not_found' });
    const { rows } = await pool.query({
      name: 'list',
      text: `SELECT * FROM message WHERE conversation_id = $1 AND deleted_at IS NULL
              ORDER BY seq LIMIT $2 OFFSET $3`,
      values: [conversation.id, request.query.limit, request.query.offset],
    });
    return { messages: rows.map(messageView), limit: request.query.limit, offset: request.query.offset };
  });

  // A 304 costs no request, as with Foyer: so the conversation is looked at before the limiters.
  app.get('/api/v1/conversations/:id/changes', {
    schema: {
      querystring: feed,
      response: { 200: answer({ changes, cursor: { type: 'integer' }, hasMore: { type: 'boolean' } }) },
    },
  }, async (request, reply) => {
    let conversation = await find(request);
    if (conversation && request.headers['if-none-match'] === `"${conversation.seq}"`) return reply.code(304).send();
    await limit(request, reply);
    if (reply.sent) return reply;
    if (!conversation) return reply.code(404).send({ error: 'not_found' });
    const { after, limit: most } = request.query;
    const { rows } = await pool.query({
      name: 'changes',
      text: 'SELECT * FROM message WHERE conversation_id = $1 AND seq > $2 ORDER BY seq LIMIT $3',
      values: [conversation.id, after, most + 1],
    });
    const shown = rows.slice(0, most).map((m) => ({ seq: Number(m.seq), type: 'message', message: messageView(m) }));
    reply.header('ETag', `"${conversation.seq}"`);
    return { changes: shown, cursor: shown.length ? shown.at(-1).seq : after, hasMore: rows.length > most };
  });

  await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
}

if (cluster.isPrimary) {
  for (let i = 0; i < Number(process.env.WORKERS); i++) cluster.fork();
} else {
  serve();
}
