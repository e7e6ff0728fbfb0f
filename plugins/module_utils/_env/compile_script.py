# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of the scripts ``install.py`` and ``prove.py`` that compiles packages; pure text.

A script that has it imports ``hashlib``, ``json``, ``marshal``, ``os``, ``py_compile``, ``subprocess`` and ``sys``, and ends with
``compile_all(sys.stdin)`` when its first argument is ``--compile``.
"""

from __future__ import annotations

COMPILER = '''\
def compile_package(sources, cache):
    """Write the byte code of one package, through the cache if there is one."""
    digest = hashlib.sha256(repr((sys.version, sources)).encode()).hexdigest()
    cached = "{}/bytecode/{}".format(cache, digest) if cache else None
    code = read_code(cached) if cached else {}
    for path, content in code.items():
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
    if not code:
        code = compile_sources(sources)
        if cached:
            write_code(cached, code)


def compile_sources(sources):
    code = {}
    for source, _digest in sources:
        try:
            path = py_compile.compile(source, doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
        except (py_compile.PyCompileError, OSError, ValueError):  # a template, or for another Python: never imported here
            continue
        with open(path, "rb") as file:
            code[path] = file.read()
    return code


def read_code(path):
    try:
        with open(path, "rb") as file:
            return marshal.load(file)
    except (OSError, EOFError, ValueError, TypeError):  # not there, or cut off when the machine stopped
        return {}


def write_code(path, code):
    beside = "{}.{}".format(path, os.urandom(4).hex())
    with open(beside, "wb") as file:
        marshal.dump(code, file)
    os.rename(beside, path)


def compile_all(lines):
    """Compile a package for each line, and return the exit status.

    Each has a process of its own: what was compiled before shows in the bytes of what follows.
    """
    running = status = 0
    for line in lines:
        if running == os.cpu_count():
            status |= os.wait()[1]
            running -= 1
        if os.fork() == 0:
            compile_package(*json.loads(line))
            os._exit(0)
        running += 1
    for _ in range(running):
        status |= os.wait()[1]
    return 1 if status else 0


def start_compiler():
    """Start what compiles: a process that is equally new on every host, and is ready when there is work.

    Isolated, with option -I, Python would not go by the seed, on which byte code depends before Python 3.12.
    """
    command = [sys.executable, "-B", os.path.abspath(__file__), "--compile"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment.update(PYTHONHASHSEED="0", PYTHONNOUSERSITE="1")
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, universal_newlines=True)'''
