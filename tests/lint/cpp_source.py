# SPDX-License-Identifier: Apache-2.0
"""As much of C++ as the lint needs: comments, string literals, includes, lengths of functions.

Not a parser. Blanking keeps every line and column in place, so that places can be reported.
"""
import re

_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/'  # comments
    r'|R"(?P<mark>[^()\s"]*)\(.*?\)(?P=mark)"'  # raw strings
    r'|"(?:\\.|[^"\\\n])*"'  # strings
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'",  # characters, but not the separator in 1'000
    re.DOTALL)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.MULTILINE)
_DIRECTIVE = re.compile(r'^[ \t]*#(?:[^\n]*\\\n)*[^\n]*', re.MULTILINE)
_TEMPLATE = re.compile(r'\btemplate\s*<(?:[^<>]|<(?:[^<>]|<[^<>]*>)*>)*>')
_SCOPE = re.compile(r'^[^(]*\b(namespace|class|struct|union|extern)\b')


def _blank(text):
    return re.sub(r'[^\n]', ' ', text)


def without_comments(text):
    """The code with its string literals; comments become blanks."""
    return _TOKEN.sub(lambda m: _blank(m[0]) if m[0].startswith(('//', '/*')) else m[0], text)


def bare_code(text):
    """The code alone; comments, string literals and preprocessor lines become blanks."""
    code = _TOKEN.sub(lambda m: _blank(m[0]), text)
    return _DIRECTIVE.sub(lambda m: _blank(m[0]), code)


def line_of(text, position):
    """Line number (from 1) of a place in the text."""
    return text.count('\n', 0, position) + 1


def includes(text):
    """(line, name, is_quoted) of every #include that is not commented out."""
    code = without_comments(text)
    return [(line_of(code, m.start(1) if m[1] else m.start(2)), m[1] or m[2], bool(m[1]))
            for m in _INCLUDE.finditer(code)]


def string_literals(text):
    """(line, value) of every plain string literal."""
    return [(line_of(text, m.start()), m[0][1:-1]) for m in _TOKEN.finditer(text)
            if m[0].startswith('"')]


def functions(text):
    """(line, number of lines) of every function body, nested lambdas counted with the outer one.

    A brace opens a function when all braces around it belong to namespaces or classes and what
    stands before it has parentheses, or is the end of a constructor's list of initialisers.
    """
    code = bare_code(text)
    found, scopes, header_start = [], [], 0
    for m in re.finditer(r'[{};]', code):
        if m[0] == '{':
            header = _TEMPLATE.sub(' ', code[header_start:m.start()]).strip()
            in_function = any(kind == 'function' for kind, _ in scopes)
            scopes.append((_kind(header, in_function), _first_code(code, header_start, m.start())))
        elif m[0] == '}' and scopes:
            kind, start = scopes.pop()
            if kind == 'function':
                found.append((line_of(code, start), line_of(code, m.start()) - line_of(code, start) + 1))
        if m[0] != ';' or not scopes or scopes[-1][0] == 'scope':
            header_start = m.end()
    return sorted(found)


def _kind(header, in_function):
    if in_function:
        return 'inner'
    if _SCOPE.match(header):
        return 'scope'
    if re.search(r'\benum\b|=$', header):
        return 'inner'
    return 'function' if '(' in header or header in ('', ',') else 'inner'


def _first_code(code, start, end):
    skipped = len(code[start:end]) - len(code[start:end].lstrip())
    return start + skipped if start + skipped < end else end
