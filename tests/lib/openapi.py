"""openapi.py - holds responses to docs/openapi.yaml: status, headers and body of each are as documented there."""
import functools
import json
import pathlib
import re
import urllib.parse

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from .mounts import mount_of
from .tap import short

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"
METHODS = ("get", "post", "put", "patch", "delete")
LONGEST = 2048    # bytes of a path; what is longer names nothing
ANNOTATIONS = {"description", "summary", "example", "examples", "discriminator"}


class Description:
    """The OpenAPI document, and what it says about answers, compiled when it is first needed."""

    def __init__(self, path=DOCUMENT):
        with open(path, encoding="utf-8") as f:
            self.document = yaml.load(f, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.templates = [template.split("/")[1:] for template in self.document["paths"]]
        self.operations = {(method.upper(), template) for template, item in self.document["paths"].items()
                           for method in METHODS if method in item}
        self.answer = functools.cache(self.compile)
        self.header_names = sorted({name for responses in self.all_responses() for response in responses.values()
                                    for name in self.inlined(response)["headers"]})

    def all_responses(self):
        for others in self.document["x-other-responses"].values():
            yield from others.values()
        for method, template in self.operations:
            yield self.document["paths"][template][method.lower()]["responses"]

    def inlined(self, node):
        """The node with everything that it refers to in place."""
        if isinstance(node, list):
            return [self.inlined(child) for child in node]
        if not isinstance(node, dict):
            return node
        if "$ref" not in node:
            return {name: self.inlined(child) for name, child in node.items()}
        target = self.document
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        rest = {name: child for name, child in node.items() if name not in ANNOTATIONS | {"$ref"}}
        return {"allOf": [self.inlined(target)]} | self.inlined(rest) if rest else self.inlined(target)

    def template(self, path):
        """The template that a path below the site is of, or None."""
        try:
            segments = [decoded(segment) for segment in path.split("/")[1:]]
        except ValueError:
            return None
        for names in self.templates:
            if len(names) == len(segments) and all(
                    segment and "/" not in segment if name.startswith("{") else segment == name
                    for name, segment in zip(names, segments)):
                return "/" + "/".join(names)
        return None

    def responses(self, method, template, base="/api/v1"):
        """The documented responses to a method of a template, by status; the base is the path of the mount."""
        method = "GET" if method == "HEAD" else method
        if (method, template) in self.operations:
            return self.document["paths"][template][method.lower()]["responses"]
        return self.document["x-other-responses"][base]["method" if template else "path"]

    def compile(self, method, template, status, base):
        """Headers and schema of a response, as validators; None when the status is not documented."""
        found = self.responses(method, template, base).get(str(status))
        if found is None:
            return None
        response = self.inlined(found)
        headers = {name: (header.get("required", False), header["schema"].get("type"),
                          Draft202012Validator(header["schema"]))
                   for name, header in response["headers"].items()}
        content = response.get("content", {}).get("application/json")
        return headers, content and Draft202012Validator(content["schema"])

    def breaches(self, r, prefix):
        """Yields a sentence for everything in a response that is not as documented. Without a prefix nobody knows
        what was asked; then it has to be as documented somewhere."""
        if prefix is None:
            others = [(*where, base) for where in (("GET", None), ("TRACE", "/"))
                      for base in self.document["x-other-responses"]]
            if all(any(self.unlike(r, *where)) for where in [*self.operations, *others]):
                yield "openapi.yaml: no such response is documented anywhere"
            return
        path = urllib.parse.urlsplit(r.target).path if "://" in r.target else r.target.partition("?")[0]
        base = mount_of(path, prefix).base
        known = path.startswith(prefix + base + "/") and len(path) <= LONGEST
        yield from self.unlike(r, r.method, self.template(path[len(prefix):]) if known else None, base)

    def unlike(self, r, method, template, base="/api/v1"):
        """The same as an answer to a method of a template."""
        compiled = self.answer(method, template, r.status, base)
        if compiled is None:
            yield "openapi.yaml: %s %s has no response %d" % (method, template or "elsewhere", r.status)
            return
        headers, schema = compiled
        yield from self.header_breaches(r.headers, headers)
        if schema is None and r.body:
            yield "openapi.yaml: this response has no body"
        elif schema is not None and r.method != "HEAD":
            yield from body_breaches(r, schema)

    def header_breaches(self, headers, documented):
        for name in self.header_names:
            values = headers.all(name)
            required, kind, schema = documented.get(name, (False, None, None))
            if required and not values:
                yield "openapi.yaml: the header %s is required" % name
            elif values and schema is None:
                yield "openapi.yaml: this response has no header " + name
            for value in values if schema else ():
                if not schema.is_valid(int(value) if kind == "integer" and value.isdecimal() else value):
                    yield "openapi.yaml: %s: %s is not as documented" % (name, value)


def decoded(segment):
    """A segment of a path without percent-encoding; ValueError when that, or its UTF-8, is malformed."""
    if re.search(r"%(?![0-9A-Fa-f]{2})|%00", segment):
        raise ValueError("a malformed escape")
    return urllib.parse.unquote_to_bytes(segment.encode("utf-8", "surrogateescape")).decode("utf-8")


def named_once(pairs):
    """A JSON object; ValueError when it names a member twice."""
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a member is named twice")
    return dict(pairs)


def body_breaches(r, schema):
    if not re.fullmatch(r"application/json(;.*)?", r.headers.get("Content-Type") or ""):
        yield "openapi.yaml: the body is application/json"
    try:
        body = json.loads(r.body, object_pairs_hook=named_once)
    except ValueError as e:
        yield "openapi.yaml: the body is JSON: %s" % e
        return
    if not schema.is_valid(body):
        error = best_match(schema.iter_errors(body))
        yield "openapi.yaml: %s: %s" % (error.json_path, short(error.message, 300))


@functools.cache
def description():
    return Description()


def breaches(r, prefix=""):
    """Yields a sentence for everything in a response that is not as docs/openapi.yaml documents it. The prefix is the
    path of the site; None: what was asked is not known, and any documented answer will do."""
    return description().breaches(r, prefix)
