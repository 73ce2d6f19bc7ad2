#!/usr/bin/env python3
"""tidy.py ROOT: what the tree promises of itself. Prints every breach as `file:line: what`, and exits 1 if there is one.

Which folder may include which, where third-party headers may stand, the top level, sizes of lines, functions and files, and words
that do not belong into a finished tree.
"""
import pathlib
import re
import subprocess
import sys

LINE_COLUMNS = 140
SCRIPT_COLUMNS = 180   # scripts hold bodies of requests and sentences
FUNCTION_LINES = 70
FILE_LINES = 500
TOP_LEVEL = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md",
             "domain", "projections", "gateways", "workers", "schemas", "infra", "tests"}

# First match of the file's folder → what it may include of ours. The composition root and the tests may include everything.
MAY_INCLUDE = [
    ("tests/", ["domain/", "projections/", "gateways/", "workers/", "schemas/", "infra/", "tests/"]),
    ("infra/app/", ["domain/", "projections/", "gateways/", "workers/", "schemas/", "infra/"]),
    ("infra/", ["schemas/", "infra/"]),
    ("schemas/", ["schemas/"]),
    ("domain/kernel/", ["schemas/", "domain/kernel/"]),
    ("domain/", ["schemas/", "domain/"]),
    ("projections/", ["schemas/", "domain/kernel/", "infra/store/", "projections/"]),
    # workers/slicer measures an upload while it is received, shop_orders reads an order that a webhook carries: libraries without any effect.
    ("gateways/", ["schemas/", "domain/", "projections/", "infra/", "workers/slicer/", "workers/shops/shop_orders.hpp", "gateways/"]),
    ("workers/", ["schemas/", "domain/", "infra/", "workers/"]),
]
# infra/app's ways to reach the owner are all that gateways and workers may see of the composition root.
APP_FOR_OTHERS = {"infra/app/business.hpp", "infra/app/commands.hpp", "infra/app/follower.hpp", "infra/app/limits.hpp", "infra/app/shop_table.hpp",
                  "infra/app/tables.hpp", "infra/app/wire.hpp"}

# Third-party header → where it may stand outside of tests. Everything else that is not the standard library or POSIX is a breach.
MAY_STAND = [
    (r"fmt/", r""),
    (r"google/protobuf/", r"(schemas|infra|domain/kernel|projections)/"),
    (r"boost/", r"(infra|gateways|workers)/"),
    (r"rocksdb/", r"infra/(store|journal/log/embedded)/.*\.cpp$"),
    (r"librdkafka/", r"(infra/journal/log/kafka|infra/kafka)/.*\.cpp$"),
    (r"mosquitto", r"infra/mqtt/.*\.cpp$"),
    (r"curl/", r"infra/.*\.cpp$"),
    (r"openssl/", r"(infra|workers/slicer)/.*\.cpp$"),
    (r"prometheus/", r"infra/telemetry/.*\.cpp$"),
    (r"simdjson", r"(infra|gateways|workers)/.*\.cpp$"),
    (r"(zip|expat|png)\.h", r"workers/slicer/.*\.cpp$"),
]
POSIX = r"(sys/\w+|netinet/\w+|arpa/inet|fcntl|poll|signal|spawn|unistd|netdb|dirent|termios)\.h"

# The pure core: no clock, no randomness, no threads, no I/O.
IMPURE_HEADERS = {"random", "thread", "mutex", "shared_mutex", "atomic", "future", "fstream", "iostream", "filesystem", "cstdio", "ctime"}
IMPURE_WORDS = re.compile(r"(system_clock|steady_clock)::now|random_device|getenv|\bthrow\b|\bcatch\b")

UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK"]) + r")\b")
MACHINE = re.compile(r"(?<![\w.$}])/(work|home|root|Users)/\w|deb\.debian\.org|pypi\.org|registry\.npmjs|proxy\.golang")
USING_STD = re.compile(r"\busing\s+namespace\s+std\s*;")

# Switches over every event: one case each, exhaustive, and worse to read when split.
LONG_BY_NATURE = {("domain/workshop/workshop.cpp", "evolve"), ("domain/policies/policies.cpp", "react"),
                  ("projections/dispatch.hpp", "dispatch"), ("workers/publisher/public_data.cpp", "public_data")}

CODE = {".cpp", ".hpp", ".inl", ".in"}
TEXT = CODE | {".proto", ".cmake", ".py", ".sh", ".txt", ""}


def blank(source):
    """The source with comments and literals blanked, so that braces and words in them do not count. Line numbers stay."""
    pattern = re.compile(r'R"(\w*)\((?:.|\n)*?\)\1"|//[^\n]*|/\*(?:.|\n)*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'')
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), source)


def functions(source):
    """(name, first line, lines) of every function body at namespace or class scope."""
    text = re.sub(r"^[ \t]*#.*$", "", blank(source), flags=re.M)
    scopes, head, start, line = [], "", 1, 1
    for character in text:
        if character == "{":
            outer = not any(kind == "body" for kind, _, _ in scopes)
            words = head.strip()
            kind = "scope"
            if outer and "(" in words and not re.match(r"(namespace|enum)\b", words) and not re.search(r"=\s*$", words):
                kind = "body"
            elif not outer:
                kind = "inner"
            name = re.search(r"([\w~]+(?:\s*operator\s*\S+)?)\s*\(", words)
            scopes.append((kind, name.group(1) if name else "", start if words else line))
            head = ""
        elif character == "}":
            if scopes:
                kind, name, first = scopes.pop()
                if kind == "body":
                    yield name, first, line - first + 1
            head = ""
        elif character == ";":
            head = ""
        else:
            if not head.strip() and not character.isspace():
                start = line
            head += character
        line += character == "\n"


def wrong_include(path, header, quoted):
    if quoted or "schemas/" in header:
        for folder, allowed in MAY_INCLUDE:
            if path.startswith(folder):
                if header.startswith("infra/app/") and path.startswith(("gateways/", "workers/")) and header not in APP_FOR_OTHERS:
                    return "includes the composition root"
                return None if any(header.startswith(prefix) for prefix in allowed) else f"{folder} may not include"
        return "is in no known folder and includes"
    if path.startswith("tests/"):
        return None
    if path.startswith("domain/") and header in IMPURE_HEADERS:
        return "the domain is pure, and includes"
    if re.fullmatch(r"[a-z_0-9]+", header):
        return None  # the standard library
    if re.fullmatch(POSIX, header):
        # The projector runs a thread of its own, and sets its priority.
        allowed = path.startswith(("infra/", "workers/")) or path == "projections/projector.cpp"
        return None if allowed else "system calls belong into infra and workers, not"
    for prefix, places in MAY_STAND:
        if re.match(prefix, header):
            return None if re.match(places, path) else "third-party header in the wrong place:"
    return "unknown third-party header:"


def breaches(path, source):
    """Every breach of one file as (line, what)."""
    suffix = pathlib.PurePosixPath(path).suffix
    lines = source.split("\n")
    is_script = suffix == ".py" or source.startswith("#!")
    if suffix in TEXT and len(lines) > FILE_LINES + 1:
        yield len(lines), f"a file of more than {FILE_LINES} lines"
    for number, line in enumerate(lines, 1):
        if suffix in TEXT and len(line) > (SCRIPT_COLUMNS if is_script else LINE_COLUMNS):
            yield number, f"a line of {len(line)} columns"
        if UNFINISHED.search(line):
            yield number, "unfinished: " + UNFINISHED.search(line).group()
        if MACHINE.search(line):
            yield number, "the name of a machine's folder or of a registry: " + MACHINE.search(line).group()
        if suffix in CODE:
            include = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if include and (why := wrong_include(path, include.group(2), include.group(1) == '"')):
                yield number, f"{why} {include.group(2)}"
    if suffix not in CODE:
        return
    for number, line in enumerate(blank(source).split("\n"), 1):
        if USING_STD.search(line):
            yield number, "using namespace std"
        if path.startswith("domain/") and IMPURE_WORDS.search(line):
            yield number, "the domain is pure, and says " + IMPURE_WORDS.search(line).group()
    for name, first, length in functions(source):
        if length > FUNCTION_LINES and (path, name) not in LONG_BY_NATURE:
            yield first, f"{name} has {length} lines"


def check_the_checks():
    """Each check finds what it is for: a tidy test that finds nothing would look the same as a tidy tree."""
    long_body = "int f(int x) {\n" + "  ++x;\n" * FUNCTION_LINES + "}\n"
    bad = {
        "domain/a.cpp": ['#include <rocksdb/db.h>\n', "auto t = std::system_clock::now();\n",
                         '#include "infra/store/store.hpp"\n', '#include <mutex>\n'],
        "infra/store/a.hpp": ['#include <rocksdb/db.h>\n', '#include "domain/kernel/types.hpp"\n', '#include "projections/orders.hpp"\n'],
        "workers/a.cpp": ['#include "projections/orders.hpp"\n', '#include "infra/app/server.hpp"\n', '#include <mosquitto.h>\n'],
        "infra/a.cpp": ["x" * (LINE_COLUMNS + 1), "using namespace std;\n", "// TO" + "DO\n", 'open("/ho' + 'me/me/x");\n', long_body,
                        "\n" * (FILE_LINES + 1), "class A {\n A(int x) : x_{x} {}\n " + long_body + "};\n"],
    }
    for path, sources in bad.items():
        for source in sources:
            assert list(breaches(path, source)), f"the tidy test misses {source[:60]!r} in {path}"
    good = 'namespace a {\nstruct B { int x = 0; };\nconst char* s = "{{{";  // {\nint f() { return 1\'000; }\n' + "int y;\n" * 80 + "}\n"
    assert not list(breaches("infra/a.cpp", good)), f"the tidy test complains of {list(breaches('infra/a.cpp', good))}"


def files(root):
    command = ["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, check=True)
    return sorted(name for name in listed.stdout.decode().split("\0") if name and (root / name).is_file())


def main():
    check_the_checks()
    root = pathlib.Path(sys.argv[1]).resolve()
    found = []
    names = files(root)
    for top in sorted({name.split("/")[0] for name in names}):
        if top not in TOP_LEVEL and not top.startswith("."):
            found.append(f"{top}: does not belong on the top level")
    for name in names:
        try:
            source = (root / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # bytes: golden files, models
        found += [f"{name}:{number}: {what}" for number, what in breaches(name, source)]
    print("\n".join(found) if found else f"{len(names)} files are tidy")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
