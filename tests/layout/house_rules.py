#!/usr/bin/env python3
# Checks the rules of the house that no compiler checks: names, borders, opening sentences, lengths, forbidden words.
#
# usage: house_rules.py [ROOT]      prints `path:line: what is wrong` per finding and exits 1 when there is one
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

# A helper lives in the module whose vocabulary it speaks.
BANNED_FOLDERS = {"util", "utils", "common", "helper", "helpers", "misc", "core"}

# Which module may see which third-party header. Everything else gets what it needs from that module's own types.
PRIVATE_HEADERS = [
    (re.compile(r"^spdlog/"), {"log"}),
    (re.compile(r"^sqlite3"), {"sqlite"}),
    (re.compile(r"^(libpq-fe|libpq-events|pg_config.*|postgres_ext)\.h$|^(libpq|postgresql)/"), {"pg"}),
    (re.compile(r"^openssl/|^sodium(\.h$|/)"), {"crypto", "net"}),
    (re.compile(r"^toml\+\+/|^toml\.hpp$"), {"config"}),
    (re.compile(r"^CLI/"), {"cli"}),
    (re.compile(r"^yaml\.h$"), {"yaml"}),
    (re.compile(r"^pg_query"), {"sql"}),
    (re.compile(r"^curl/|^boost/beast"), {"http"}),
    (re.compile(r"^zstd"), {"streams"}),
]

# Headers that pull in a whole library and cost every includer seconds.
FAT_HEADERS = {"boost/asio.hpp", "boost/beast.hpp", "boost/json/src.hpp", "boost/asio/impl/src.hpp"}
FAT_HEADERS_ALLOWED = {("boost/asio/impl/src.hpp", "src/io/asio.cpp")}

# Files over 500 lines, each with the reason it is not two files.
LONG_FILES: dict[str, str] = {}
MOST_LINES = 500
README_LINES = range(5, 61)

SOURCE_FOLDERS = ("src", "tests", "bench")
SKIPPED_FOLDERS = {".git", "build", "node_modules", "__pycache__", "corpus"}
CPP = {".cpp", ".hpp"}
COMMENT_OF = {".cpp": "// ", ".hpp": "// ", ".mjs": "// ", ".py": "# ", ".sh": "# ", ".cmake": "# "}

INCLUDE = re.compile(r'^\s*#\s*include\s*(<([^>]+)>|"([^"]+)")')
MUTABLE_STATIC = re.compile(r"^\s*(static|thread_local|inline)\s+(?!.*\b(const|constexpr|static_assert)\b)[^()=;{]*[=;{]")
NOT_A_VARIABLE = re.compile(r"^\s*inline\s+namespace\b|\boperator\b")
# Written in two parts, so that this file does not match itself.
MACHINE_PATH = re.compile("/" + r"work/(main|shared|\.library)\b|/tmp/" + r"bash_jobs")


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message}"


def files_of(root):
    for folder, names, files in os.walk(root):
        names[:] = sorted(n for n in names if n not in SKIPPED_FOLDERS)
        for name in sorted(files):
            path = Path(folder, name)
            if not path.is_symlink() and name != ".git":  # a file in a worktree
                yield path.relative_to(root)


def lines_of(root, path):
    try:
        return (root / path).read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return []  # not a text of ours


def modules_of(root):
    """The modules of the top CMakeLists.txt with the modules each may include."""
    listing = root / "CMakeLists.txt"
    text = re.sub(r"#.*", "", listing.read_text(encoding="utf-8")) if listing.exists() else ""
    modules = {}
    for declaration in re.findall(r"\bmodule\(([^)]*)\)", text):
        path, *words = declaration.split()
        seen, keyword = set(), None
        for word in words:
            if word in ("LEVEL", "DEPS", "SIDEWAYS", "LINK"):
                keyword = word
            elif keyword in ("DEPS", "SIDEWAYS"):
                seen.add(word)
        modules[path] = seen
    return modules


def module_containing(modules, folder):
    """The declared module that `folder` (relative to src) belongs to: the longest that matches."""
    while folder not in ("", "."):
        if folder in modules:
            return folder
        folder = str(Path(folder).parent)
    return None


def check_folder_names(path):
    for part in path.parts[:-1]:
        if part in BANNED_FOLDERS:
            yield Finding(str(path), 1, f"a folder named '{part}' says nothing: put the file where its vocabulary lives")


def check_opening_sentence(path, lines):
    # script/ and .ci/ hold programs without an ending: all of them are shell.
    prefix = COMMENT_OF.get(path.suffix) or ("# " if path.parts[0] in ("script", ".ci") else None)
    if prefix is None or not lines:
        return
    body = lines[1:] if lines[0].startswith("#!") else lines
    opening = []
    for line in body:
        if not (line + " ").startswith(prefix):
            break
        opening.append(line[len(prefix):].strip())
    if not opening or not re.search(r"[.:](\s|$)", " ".join(opening)):
        yield Finding(str(path), 1, f"the file does not open with one sentence ('{prefix}...') that says what it is for")


def check_length(path, lines):
    if path.suffix in CPP and len(lines) > MOST_LINES and str(path) not in LONG_FILES:
        yield Finding(str(path), len(lines),
                      f"{len(lines)} lines: split the file, or list it with its reason in LONG_FILES of house_rules.py")


def check_includes(path, lines, modules):
    in_src = path.parts[0] == "src"
    folder = str(Path(*path.parts[1:-1])) if in_src else ""
    own = module_containing(modules, folder) if in_src else None
    for number, line in enumerate(lines, 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        header = found[2] or found[3]
        if header in FAT_HEADERS and (header, str(path)) not in FAT_HEADERS_ALLOWED:
            yield Finding(str(path), number, f"<{header}> costs every compilation seconds: include the parts that are used")
        if not in_src:
            continue
        for pattern, owners in PRIVATE_HEADERS:
            if pattern.search(header) and own not in owners:
                yield Finding(str(path), number, f"<{header}> is private to src/{' and src/'.join(sorted(owners))}")
        if not found[3]:
            continue
        if "/" not in header or header.startswith("."):
            yield Finding(str(path), number, f'"{header}": name the file from src/ on, as in "json/text.hpp"')
            continue
        if own is None:
            continue
        target = module_containing(modules, str(Path(header).parent))
        if target is not None and target != own and target not in modules[own]:
            yield Finding(str(path), number, f'"{header}": src/{own} does not name {target} in its DEPS')
        if own.startswith("features/") and not own.endswith("/tools") and header.startswith("mcp/"):
            yield Finding(str(path), number, "a feature knows no MCP type: this belongs in its tools/")


def check_words(path, lines):
    for number, line in enumerate(lines, 1):
        if MACHINE_PATH.search(line):
            yield Finding(str(path), number, "a path of somebody's machine")
        if path.suffix not in CPP:
            continue
        code = line.split("//", 1)[0]
        if re.search(r"\basio::detached\b|\bdetached_t\b", code):
            yield Finding(str(path), number, "asio::detached has no owner: spawn it in an io::nursery")
        if path.parts[0] == "src" and MUTABLE_STATIC.match(code) and not NOT_A_VARIABLE.search(code):
            yield Finding(str(path), number, "mutable state without an owner: make it a member of what app/ builds")


def check_modules(root, modules):
    for path in modules:
        folder = root / "src" / path
        if not any(folder.glob("*.cpp")):
            continue  # configuring refuses an empty module
        readme = Path("src", path, "README.md")
        # The tools of a feature are described in the feature's README.
        if path.endswith("/tools") and not (root / readme).exists():
            readme = Path("src", path).parent / "README.md"
        if not (root / readme).exists():
            yield Finding(str(readme), 1, "missing: purpose, main types, what the module may use, what it must never do")
        elif len(lines_of(root, readme)) not in README_LINES:
            yield Finding(str(readme), 1, f"must have {README_LINES.start} to {README_LINES.stop - 1} lines")


def check_executable(root, path):
    if path.parts[0] in ("script", ".ci") and not os.access(root / path, os.X_OK):
        yield Finding(str(path), 1, "is not executable: chmod +x")


def check(root):
    modules = modules_of(root)
    yield from check_modules(root, modules)
    for path in files_of(root):
        if path.parts[0] not in SOURCE_FOLDERS + ("cmake", "script", ".ci", "docs") and len(path.parts) > 1:
            continue
        lines = lines_of(root, path)
        yield from check_words(path, lines)
        yield from check_executable(root, path)
        yield from check_opening_sentence(path, lines)
        if path.parts[0] in SOURCE_FOLDERS:
            yield from check_folder_names(path)
            yield from check_length(path, lines)
            if path.suffix in CPP:
                yield from check_includes(path, lines, modules)


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent.parent).resolve()
    findings = list(check(root))
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
