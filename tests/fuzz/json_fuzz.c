/*
 * json_fuzz.c - JSON: accepted is what another strict reader accepts, within
 * the depth, and it is read as cJSON reads it, once and again.
 */
#include <cjson/cJSON.h>

#include "fuzz.h"
#include "json.h"
#include "reference.h"
#include "text.h"

/* The nesting of brackets outside strings, which is right in any JSON. */
static int
depth(const char *text, size_t size)
{
	int now = 0, most = 0;
	bool inside = false;

	for (size_t i = 0; i < size; i++) {
		if (inside && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			inside = !inside;
		else if (!inside && (text[i] == '{' || text[i] == '['))
			most = ++now > most ? now : most;
		else if (!inside && (text[i] == '}' || text[i] == ']'))
			now--;
	}
	return most;
}

/* Everything that can be asked about our value is as in cJSON's. */
static void
same(const struct json *ours, const cJSON *tree)
{
	const struct json *m = NULL;
	const cJSON *n;

	switch (json_kind(ours)) {
	case JSON_NULL:
		must(cJSON_IsNull(tree));
		return;
	case JSON_STRING:
		must(cJSON_IsString(tree));
		must(strcmp(json_text(ours), tree->valuestring) == 0);
		must(text_utf8(json_text(ours), strlen(json_text(ours))));
		return;
	case JSON_BOOL:
		must(cJSON_IsBool(tree));
		return;
	case JSON_NUMBER:
		must(cJSON_IsNumber(tree));
		return;
	case JSON_ARRAY:
		must(cJSON_IsArray(tree));
		break;
	case JSON_OBJECT:
		must(cJSON_IsObject(tree));
		break;
	}
	for (n = tree->child; n != NULL; n = n->next) {
		m = json_next(ours, m);
		must(m != NULL);
		if (json_kind(ours) == JSON_OBJECT) {
			must(strcmp(json_name(m), n->string) == 0);
			must(json_member(ours, n->string) == m);
		}
		same(m, n);
	}
	must(json_next(ours, m) == NULL || tree->child == NULL);
}

/* cJSON with malloc(), which json_parse() takes away from it. */
static void
use_malloc(void)
{
	cJSON_Hooks none = { .malloc_fn = NULL };

	cJSON_InitHooks(&none);
}

/* No escaped NUL, which cJSON's own strings cannot hold. */
static bool
without_nul(const char *text)
{
	return strstr(text, "\\u0000") == NULL;
}

/* Our value of a text is cJSON's; printed by cJSON, that is JSON again. */
static char *
printed_alike(const struct json *value, const char *text, size_t size)
{
	cJSON *tree;
	char *printed;

	use_malloc();
	tree = cJSON_ParseWithLengthOpts(text, size + 1, NULL, 1);
	must(tree != NULL);
	same(value, tree);
	printed = cJSON_PrintUnformatted(tree);
	must(printed != NULL);
	cJSON_Delete(tree);
	return printed;
}

static void
check_accepted(struct arena *a, const struct json *value, const char *text,
    size_t size)
{
	char *once, *twice;

	must(depth(text, size) <= JSON_DEPTH);
	if (!without_nul(text))
		return;
	once = printed_alike(value, text, size);
	value = json_parse(a, arena_copy(a, once, strlen(once)), strlen(once));
	must(value != NULL);
	twice = printed_alike(value, once, strlen(once));
	must(strcmp(once, twice) == 0);
	free(once);
	free(twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	char *text = fuzz_text(data, size), *ours = fuzz_text(data, size);
	const enum reference reference = reference_json(text, size);
	const struct json *value = json_parse(a, ours, size);

	if (value != NULL) {
		must(reference != REFERENCE_REFUSES);
		check_accepted(a, value, text, size);
	} else {
		must(reference != REFERENCE_ACCEPTS ||
		    depth(text, size) > JSON_DEPTH || !without_nul(text));
	}
	free(ours);
	free(text);
	return 0;
}
