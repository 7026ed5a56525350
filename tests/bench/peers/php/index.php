<?php
// The job of Foyer as one would write it with PHP-FPM and PDO: a persistent connection, one statement after the other.
declare(strict_types=1);

const WINDOWS = ['second' => [1000, 1], 'minute' => [10000, 60], 'hour' => [100000, 3600]];
const EDIT_WINDOW = 'PT15M';

function respond(int $status, ?array $body = null, array $headers = []): never
{
    http_response_code($status);
    foreach ($headers as $name => $value) {
        header("$name: $value");
    }
    if ($body !== null) {
        header('Content-Type: application/json; charset=utf-8');
        echo json_encode($body, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
    }
    exit;
}

function query(string $sql, array $values): PDOStatement
{
    global $db;
    $statement = $db->prepare($sql);
    foreach ($values as $i => $value) {
        $statement->bindValue($i + 1, $value, is_int($value) ? PDO::PARAM_INT : PDO::PARAM_STR);
    }
    $statement->execute();
    return $statement;
}

function row(string $sql, array $values): array|false
{
    return query($sql, $values)->fetch(PDO::FETCH_ASSOC);
}

function instant(DateTimeImmutable $at): string
{
    return $at->setTimezone(new DateTimeZone('UTC'))->format('Y-m-d\TH:i:s.v\Z');
}

function messageView(array $m): array
{
    $created = new DateTimeImmutable($m['created_at']);
    return [
        'id' => $m['id'],
        'conversationId' => $m['conversation_id'],
        'senderId' => $m['sender_id'],
        'senderRole' => $m['sender_role'],
        'type' => 'text',
        'content' => $m['content'],
        'contentFormat' => 'plain',
        'contentHtml' => null,
        'createdAt' => instant($created),
        'editedAt' => $m['edited_at'] === null ? null : instant(new DateTimeImmutable($m['edited_at'])),
        'editableUntil' => instant($created->add(new DateInterval(EDIT_WINDOW))),
    ];
}

// Fixed windows, one row each, as rate-limiter-flexible has them.
function limit(string $visitor): void
{
    $least = PHP_INT_MAX;
    foreach (WINDOWS as $name => [$points, $seconds]) {
        $now = (int) (microtime(true) * 1000);
        $window = row(
            'INSERT INTO rate_limit AS r VALUES (?, 1, ?) ON CONFLICT (key) DO UPDATE SET
                 points = CASE WHEN r.expire <= ? THEN 1 ELSE r.points + 1 END,
                 expire = CASE WHEN r.expire <= ? THEN excluded.expire ELSE r.expire END
             RETURNING points, expire',
            ["$name:$visitor", $now + 1000 * $seconds, $now, $now]
        );
        if ($window['points'] > $points) {
            $wait = (int) ceil(($window['expire'] - $now) / 1000);
            respond(429, ['error' => 'rate_limit_exceeded', 'retryAfter' => $wait], ['Retry-After' => $wait]);
        }
        $least = min($least, $points - $window['points']);
    }
    header("X-RateLimit-Remaining: $least");
}

function find(string $id, string $application, string $visitor): array|false
{
    return row(
        'SELECT id, seq, status FROM conversation WHERE id = ? AND application_id = ? AND visitor_id = ?',
        [$id, $application, $visitor]
    );
}

function send(string $id, string $application, string $visitor): never
{
    global $db;
    $body = json_decode(file_get_contents('php://input'), true);
    $content = is_array($body) ? trim($body['content'] ?? '') : '';
    if ($content === '' || mb_strlen($content) > 5000) {
        respond(400, ['error' => 'validation_failed']);
    }
    $key = $_SERVER['HTTP_IDEMPOTENCY_KEY'] ?? null;
    $db->beginTransaction();
    if ($key !== null) {
        $slot = '\x' . hash('sha256', "POST\0" . $_SERVER['REQUEST_URI'] . "\0$key");
        $fingerprint = '\x' . hash('sha256', json_encode($body));
        $known = row(
            "SELECT fingerprint = ? AS same, response FROM idempotency
              WHERE application_id = ? AND visitor_id = ? AND slot = ? AND created_at > now() - interval '24 hours'",
            [$fingerprint, $application, $visitor, $slot]
        );
        if ($known !== false) {
            $db->rollBack();
            $known['same'] or respond(422, ['error' => 'idempotency_mismatch']);
            respond(201, json_decode($known['response'], true), ['Idempotency-Replayed' => 'true']);
        }
    }
    $touched = row(
        "UPDATE conversation SET seq = seq + 1, updated_at = now()
          WHERE id = ? AND application_id = ? AND visitor_id = ? AND status <> 'closed' RETURNING seq",
        [$id, $application, $visitor]
    );
    if ($touched === false) {
        $db->rollBack();
        respond(404, ['error' => 'not_found']);
    }
    $message = row(
        "INSERT INTO message (conversation_id, seq, sender_id, sender_role, content)
         VALUES (?, ?, ?, 'visitor', ?) RETURNING *",
        [$id, $touched['seq'], $visitor, $content]
    );
    $response = ['message' => messageView($message)];
    if ($key !== null) {
        query(
            'INSERT INTO idempotency (application_id, visitor_id, slot, fingerprint, response) VALUES (?, ?, ?, ?, ?)',
            [$application, $visitor, $slot, $fingerprint, json_encode($response)]
        );
    }
    $db->commit();
    respond(201, $response);
}

function listMessages(string $id, string $application, string $visitor): never
{
    $limit = (int) ($_GET['limit'] ?? 20);
    $offset = (int) ($_GET['offset'] ?? 0);
    find($id, $application, $visitor) or respond(404, ['error' => 'not_found']);
    $rows = query(
        'SELECT * FROM message WHERE conversation_id = ? AND deleted_at IS NULL ORDER BY seq LIMIT ? OFFSET ?',
        [$id, $limit, $offset]
    )->fetchAll(PDO::FETCH_ASSOC);
    respond(200, ['messages' => array_map('messageView', $rows), 'limit' => $limit, 'offset' => $offset]);
}

// A 304 costs no request, as with Foyer: so the conversation is looked at before the limiter.
function changes(string $id, string $application, string $visitor): never
{
    $after = (int) ($_GET['after'] ?? 0);
    $limit = (int) ($_GET['limit'] ?? 100);
    $conversation = find($id, $application, $visitor);
    $tag = $conversation ? "\"{$conversation['seq']}\"" : null;
    if ($tag !== null && ($_SERVER['HTTP_IF_NONE_MATCH'] ?? null) === $tag) {
        respond(304);
    }
    limit($visitor);
    $conversation or respond(404, ['error' => 'not_found']);
    $rows = query(
        'SELECT * FROM message WHERE conversation_id = ? AND seq > ? ORDER BY seq LIMIT ?',
        [$id, $after, $limit + 1]
    )->fetchAll(PDO::FETCH_ASSOC);
    $changes = array_map(
        fn ($m) => ['seq' => (int) $m['seq'], 'type' => 'message', 'message' => messageView($m)],
        array_slice($rows, 0, $limit)
    );
    $cursor = $changes ? end($changes)['seq'] : $after;
    respond(200, ['changes' => $changes, 'cursor' => $cursor, 'hasMore' => count($rows) > $limit], ['ETag' => $tag]);
}

$db = new PDO($_SERVER['BENCH_DSN'], $_SERVER['BENCH_ROLE'], null, [
    PDO::ATTR_PERSISTENT => true,
    PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
]);
$key = '\x' . hash('sha256', preg_replace('/^Bearer /', '', $_SERVER['HTTP_AUTHORIZATION'] ?? ''));
$found = row('SELECT application_id, revoked_at FROM api_key WHERE hash = ?', [$key]);
if ($found === false || $found['revoked_at'] !== null) {
    respond(401, ['error' => 'unauthorized']);
}
$application = $_SERVER['HTTP_X_APP_ID'] ?? '';
$visitor = $_SERVER['HTTP_X_VISITOR_ID'] ?? '';
if ($found['application_id'] !== $application) {
    respond(403, ['error' => 'forbidden']);
}
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (!preg_match('~^/api/v1/conversations/([0-9a-f-]{36})/(messages|changes)$~', $path, $part)) {
    respond(404, ['error' => 'not_found']);
}
if ($part[2] === 'changes') {
    changes($part[1], $application, $visitor);
}
limit($visitor);
$_SERVER['REQUEST_METHOD'] === 'POST'
    ? send($part[1], $application, $visitor)
    : listMessages($part[1], $application, $visitor);
