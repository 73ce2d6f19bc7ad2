#!/usr/bin/env python3
"""reference_page.py OPENAPI_YAML HEADER: writes the contract and its reference page as a C++ header that the REST gateway serves.

The look is reference_page.css beside this file. The page has no script and loads nothing. Text is escaped; of Markdown it knows
paragraphs, `code` and **bold**.
"""
import html
import json
import pathlib
import re
import sys

import yaml

METHODS = ("get", "post", "put", "patch", "delete")
EXAMPLE_DEPTH = 6   # of a body that is made up from its schema
LISTED_TYPES = 8    # of problems; more are folded away
SETUP = "LAYERLINE=@public_url@\nKEY=$(cat DATA/access/main-admin.key)"   # the server knows its own address
STYLE = pathlib.Path(__file__).with_suffix(".css").read_text(encoding="utf-8")


def code(value):
    return f"<code>{html.escape(str(value))}</code>"


def text(words):
    """One paragraph per empty line, with `code` and **bold**."""
    def inline(paragraph):
        out = html.escape(" ".join(paragraph.split()))
        out = re.sub(r"`([^`]+)`", r"<code>\1</code>", out)
        return re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", out)
    return [inline(paragraph) for paragraph in words.strip().split("\n\n")] if words else []


def paragraphs(words):
    return "".join(f"<p>{paragraph}</p>" for paragraph in text(words))


def line(words):
    return " ".join(text(words))


class Page:
    def __init__(self, contract):
        self.contract = contract
        self.operations = []   # (path, method, operation) in the order of the contract
        self.aliases = {}      # operationId → [(method, path)]
        for path, item in contract["paths"].items():
            for method in METHODS:
                if operation := item.get(method):
                    self.operations.append((path, method, operation))
                    if original := operation.get("x-alias-of"):
                        self.aliases.setdefault(original, []).append((method, path))

    def resolve(self, value):
        """What a $ref means; members beside it win."""
        if "$ref" not in value:
            return value
        found = self.contract
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        return {**self.resolve(found), **{key: other for key, other in value.items() if key != "$ref"}}

    def kind(self, schema):
        """The type in words: "integer", "array of Quote", "text or null"."""
        name = schema.get("$ref", "").rsplit("/", 1)[-1]
        schema = self.resolve(schema)
        for key in ("oneOf", "anyOf", "allOf"):
            if key in schema:
                return name or " or ".join(self.kind(each) for each in schema[key])
        types = schema.get("type", "any")
        types = types if isinstance(types, list) else [types]
        if "object" in types and name:
            return name
        words = {"array": lambda: f"array of {self.kind(schema['items'])}", "string": lambda: schema.get("format", "string")}
        return " or ".join(words.get(each, lambda: each)() for each in types)

    def properties(self, schema):
        """(name, schema, required) of an object, through allOf and anyOf."""
        schema = self.resolve(schema)
        for part in schema.get("allOf", []) + schema.get("anyOf", []) + schema.get("oneOf", []):
            yield from self.properties(part)
        for name, member in schema.get("properties", {}).items():
            yield name, member, name in schema.get("required", [])

    def example(self, schema, depth=0):
        """A value that the schema allows."""
        schema = self.resolve(schema)
        for key in ("example", "const", "default"):
            if key in schema:
                return schema[key]
        for key in ("examples", "enum"):
            if key in schema:
                return schema[key][0]
        for key in ("oneOf", "anyOf"):
            if key in schema:
                return self.example(schema[key][0], depth)
        types = schema.get("type", "object")
        kind = types if isinstance(types, str) else types[0]
        if depth > EXAMPLE_DEPTH:
            return None
        if kind == "object":
            return {name: self.example(member, depth + 1) for name, member, _ in self.properties(schema)}
        if kind == "array":
            return [self.example(schema["items"], depth + 1)]
        return {"integer": 1, "number": 1.5, "boolean": False, "string": "…", "null": None}[kind]

    def body_example(self, media):
        if "example" in media:
            return media["example"]
        if "examples" in media:
            return next(iter(media["examples"].values()))["value"]
        return self.example(media["schema"])

    def curl(self, path, method, operation):
        parts = ["curl"]
        if method != "get":
            parts.append(f"-X {method.upper()}")
        if operation.get("security") != []:
            parts.append('-H "Authorization: Bearer $KEY"')
        if body := operation.get("requestBody"):
            kind, media = next(iter(self.resolve(body)["content"].items()))
            example = self.body_example(media)
            if kind == "multipart/form-data":
                parts.remove("-X POST")
                parts += [f"-F {name}={value}" for name, value in example.items()]
            elif example:
                parts.append("-d '" + json.dumps(example, ensure_ascii=False).replace("'", "'\\''") + "'")
        for parameter in map(self.resolve, operation.get("parameters", [])):
            if parameter["in"] == "path":
                path = path.replace("{" + parameter["name"] + "}", str(parameter.get("example", "ID")))
        return " \\\n  ".join([" ".join(parts[:2])] + parts[2:] + [f"$LAYERLINE{path}"])

    def parameters(self, operation):
        rows = []
        for parameter in map(self.resolve, operation.get("parameters", [])):
            schema = self.resolve(parameter["schema"])
            need = ' <span class="need">required</span>' if parameter.get("required") else ""
            values = " ".join(map(code, schema.get("enum", [])))
            rows.append(f'<tr><td>{code(parameter["name"])}{need}<br><span class="kind">{parameter["in"]}</span></td>'
                        f'<td>{line(parameter.get("description"))} {values}</td></tr>')
        return f"<h4>Parameters</h4><table>{''.join(rows)}</table>" if rows else ""

    def members(self, schema):
        """Of a request: each once, as it is described last. That any of them may be null is said of all."""
        rows = {}
        for name, member, required in self.properties(schema):
            resolved = self.resolve(member)
            need = ' <span class="need">required</span>' if required else ""
            words = [word for word in resolved.get("enum", []) if word is not None]
            about = " ".join([line(resolved.get("description")), *map(code, words)])
            fallback = f' Default {code(json.dumps(resolved["default"]))}.' if "default" in resolved else ""
            kind = f'<span class="kind">{html.escape(self.kind(member).removesuffix(" or null"))}</span>'
            rows[name] = f"<tr><td>{code(name)}{need}</td><td>{kind} {about}{fallback}</td></tr>"
        return f"<table>{''.join(rows.values())}</table>" if rows else ""

    def request_body(self, operation):
        if "requestBody" not in operation:
            return ""
        body = self.resolve(operation["requestBody"])
        kind, media = next(iter(body["content"].items()))
        return f'<h4>Body <span class="kind">{kind}</span></h4>{paragraphs(body.get("description"))}{self.members(media["schema"])}'

    def responses(self, operation):
        rows = []
        for status, response in operation["responses"].items():
            response = self.resolve(response)
            heads = "".join(f' <code title="{html.escape(self.resolve(value)["description"])}">{name}</code>'
                            for name, value in response.get("headers", {}).items())
            content = response.get("content", {})
            shapes = ", ".join(self.kind(media["schema"]) if "json" in kind else kind for kind, media in content.items())
            about = line(response["description"])
            if response["description"].count("`") > LISTED_TYPES * 2:
                about = f"<details><summary>{line(response['description'].split(':')[0])}</summary>{about}</details>"
            rows.append(f'<tr><td>{code(status)}</td><td>{about}{heads} <span class="kind">{html.escape(shapes)}</span></td></tr>')
        return f"<h4>Answers</h4><table>{''.join(rows)}</table>"

    def answer_example(self, operation):
        for status, response in operation["responses"].items():
            media = self.resolve(response).get("content", {}).get("application/json")
            if status[0] == "2" and media:
                example = json.dumps(self.body_example(media), indent=2, ensure_ascii=False)
                return f"<h4>{status}</h4><pre><code>{html.escape(example)}</code></pre>"
        return ""

    def article(self, path, method, operation):
        also = "".join(f'<div class="alias">also {code(f"{other.upper()} {alias}")}</div>'
                       for other, alias in self.aliases.get(operation["operationId"], []))
        role = "no key" if operation.get("security") == [] else operation["x-role"]
        about = paragraphs(operation.get("description")) + self.parameters(operation)
        about += self.request_body(operation) + self.responses(operation)
        call = f"<h4>Call</h4><pre>{code(self.curl(path, method, operation))}</pre>"
        return (f'<article id="{operation["operationId"]}"><header><span class="role">{role}</span><h3>{line(operation["summary"])}</h3>'
                f'<span class="badge {method}">{method.upper()}</span><span class="path">{html.escape(path)}</span>{also}</header>'
                f"<div>{about}</div><div>{call}{self.answer_example(operation)}</div></article>")

    def html(self):
        info = self.contract["info"]
        menu, articles = [], []
        for tag in self.contract["tags"]:
            menu.append(f'<h2>{tag["name"]}</h2>')
            articles.append(f'<h2>{tag["name"]}</h2>{paragraphs(tag["description"])}')
            for path, method, operation in self.operations:
                if operation["tags"][0] == tag["name"] and "x-alias-of" not in operation:
                    badge = f'<span class="badge {method}">{method.upper()}</span>'
                    menu.append(f'<a href="#{operation["operationId"]}">{badge}{line(operation["summary"])}</a>')
                    articles.append(self.article(path, method, operation))
        about = f"<h1>{info['title']} API</h1><p>{line(info['summary'])}</p>{paragraphs(info['description'])}"
        setup = f"<pre>{code(SETUP)}</pre>"
        return ('<!doctype html><html lang="en"><head><meta charset="utf-8">'
                '<meta name="viewport" content="width=device-width,initial-scale=1">'
                f"<title>{info['title']} API</title><style>{STYLE}</style></head><body>"
                f'<nav><b>{info["title"]} API</b><a href="/openapi.yaml">openapi.yaml</a>{"".join(menu)}</nav>'
                f'<main>{about}{setup}{"".join(articles)}</main></body></html>\n')


def literal(name, value):
    return f'inline constexpr std::string_view {name} = R"reference({value})reference";\n'


def main():
    source, header = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        contract = file.read()
    page = Page(yaml.safe_load(contract)).html()
    with open(header, "w", encoding="utf-8") as file:
        file.write("// Generated by schemas/reference_page.py from schemas/openapi.yaml.\n#pragma once\n\n#include <string_view>\n\n"
                   '#pragma clang diagnostic ignored "-Woverlength-strings"  // whole files\n\nnamespace layerline::rest {\n'
                   + literal("contract_yaml", contract) + literal("reference_html", page) + "}\n")


main()
