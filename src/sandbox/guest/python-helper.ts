/**
 * The Python side of a Python cage, as source: it is part of the memory snapshot. It runs code and calls, turns values into
 * tagged data and back, and takes the bridges to JavaScript away. A candidate shares the interpreter with it and may break
 * it, which hurts the candidate's own answer only.
 */
export const pythonHelper = String.raw`
import array, ast, asyncio, builtins, collections, io, itertools, json, linecache, os, random, sys, time, traceback, types
import bisect, copy, datetime, decimal, fractions, functools, heapq, math, operator, re, statistics, string, typing

HOME = "/home/sandbox"
MAX_DEPTH, MAX_NODES, MAX_DRAIN, MAX_DIGITS = 150, 400_000, 100_000, 100_000
SPECIAL = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf"), "-0": -0.0}
VIEWS = (range, collections.deque, array.array, type({}.keys()), type({}.values()), type({}.items()))

loads, dumps, isinstance_, type_, id_, repr_, str_ = json.loads, json.dumps, isinstance, type, id, repr, str
os.makedirs(HOME, exist_ok=True)


def opaque(value):
    name = type_(value).__name__
    try:
        text = repr_(value)
    except BaseException as error:
        text = f"(repr failed: {type_(error).__name__})"
    return {"opaque": f"{name}: {text[:200]}"}


def plain_float(value):
    x = float.__float__(value)
    if x != x: return "nan"
    if x in (SPECIAL["inf"], SPECIAL["-inf"]): return "inf" if x > 0 else "-inf"
    return "-0" if x == 0 and math.copysign(1, x) < 0 else x


class Encoder:
    """By the type's own methods, never the value's: what a subclass overrides does not count."""

    def __init__(self):
        self.nodes, self.path = 0, set()

    def encode(self, v, depth=0):
        self.nodes += 1
        if self.nodes > MAX_NODES: raise ValueError("the value is too large to leave the sandbox")
        if v is None or v is True or v is False: return v
        if isinstance_(v, str): return str.__str__(v)
        if isinstance_(v, int):
            n = int.__int__(v)
            return {"int": str_(n)} if n.bit_length() < 3.3 * MAX_DIGITS else {"opaque": "int: too large"}
        if isinstance_(v, float): return {"float": plain_float(v)}
        if isinstance_(v, complex): return {"complex": [plain_float(complex.__complex__(v).real), plain_float(complex.__complex__(v).imag)]}
        if isinstance_(v, (bytes, bytearray)): return {"bytes": memoryview(v).hex()}
        if depth > MAX_DEPTH: return {"opaque": "too deeply nested"}
        if id_(v) in self.path: return {"opaque": "contains itself"}
        self.path.add(id_(v))
        try:
            down = depth + 1
            if isinstance_(v, list): return {"list": [self.encode(x, down) for x in list.__iter__(v)]}
            if isinstance_(v, tuple): return {"tuple": [self.encode(x, down) for x in tuple.__iter__(v)]}
            if isinstance_(v, set): return {"set": [self.encode(x, down) for x in set.__iter__(v)]}
            if isinstance_(v, frozenset): return {"set": [self.encode(x, down) for x in frozenset.__iter__(v)]}
            if isinstance_(v, dict): return {"dict": [[self.encode(k, down), self.encode(x, down)] for k, x in dict.items(v)]}
            if isinstance_(v, VIEWS) or hasattr(type_(v), "__next__"):
                items = list(itertools.islice(iter(v), MAX_DRAIN + 1))
                if len(items) > MAX_DRAIN: return {"opaque": type_(v).__name__ + ": endless or too long"}
                return {"list": [self.encode(x, down) for x in items]}
            return opaque(v)
        finally:
            self.path.discard(id_(v))


def encode(value):
    # Big integers cross in full whatever the candidate set.
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        return Encoder().encode(value)
    finally:
        sys.set_int_max_str_digits(limit)


class Opaque:
    """Stands for what could not cross. Equal to nothing but itself."""

    def __init__(self, text): self.text = text
    def __repr__(self): return f"<{self.text}>"


def decode_float(x): return SPECIAL[x] if isinstance_(x, str) else float(x)


def decode(v):
    if v is None or isinstance_(v, (bool, str)): return v
    (kind, x), = v.items()
    if kind == "int":
        limit = sys.get_int_max_str_digits()
        sys.set_int_max_str_digits(0)
        try:
            return int(x)
        finally:
            sys.set_int_max_str_digits(limit)
    if kind == "float": return decode_float(x)
    if kind == "complex": return complex(decode_float(x[0]), decode_float(x[1]))
    if kind == "bytes": return bytes.fromhex(x)
    if kind == "list": return [decode(i) for i in x]
    if kind == "tuple": return tuple([decode(i) for i in x])
    if kind == "set": return {hashable(decode(i)) for i in x}
    if kind == "dict": return {hashable(decode(k)): decode(i) for k, i in x}
    return None if kind == "undefined" else Opaque(x)


def hashable(v):
    if isinstance_(v, (set, frozenset)): return frozenset(v)
    if isinstance_(v, list): return tuple([hashable(x) for x in v])
    return tuple([hashable(x) for x in v]) if isinstance_(v, tuple) else v


main = types.ModuleType("__main__")
main.__builtins__ = builtins
runs = itertools.count(1)


def execute(code):
    name = "main.py" if (n := next(runs)) == 1 else f"main{n}.py"
    linecache.cache[name] = (len(code), None, code.splitlines(True), name)
    tree = ast.parse(code, name)
    last = tree.body.pop() if tree.body and isinstance_(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), main.__dict__)
    return None if last is None else eval(compile(ast.Expression(last.value), name, "eval"), main.__dict__)


def invoke(name, args):
    first, *rest = name.split(".")
    if first not in main.__dict__: raise NameError(f"name {first!r} is not defined")
    return functools.reduce(getattr, rest, main.__dict__[first])(*args)


def settled(value):
    return asyncio.run(value) if asyncio.iscoroutine(value) else value


def within(path):
    full = os.path.normpath(os.path.join(HOME, path))
    if not full.startswith(HOME + "/"): raise ValueError(f"outside of the working directory: {path}")
    return full


def put_files(files):
    for path, text in files.items():
        full = within(path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8", newline="") as file: file.write(text)


def get_files(room):
    found = {}
    for folder, _, names in os.walk(HOME):
        for name in names:
            full = os.path.join(folder, name)
            room -= os.path.getsize(full)
            if room < 0: return found
            try:
                with open(full, encoding="utf-8", newline="") as file: found[os.path.relpath(full, HOME)] = file.read()
            except (OSError, UnicodeDecodeError):
                pass
    return found


def open_streams():
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), "utf-8")
    for fd, name in ((1, "stdout"), (2, "stderr")):
        stream = io.TextIOWrapper(io.BufferedWriter(io.FileIO(fd, "w", closefd=False)), "utf-8", "backslashreplace", line_buffering=fd == 2)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def close_streams():
    for stream in {id_(s): s for s in (sys.stdout, sys.__stdout__, sys.stderr, sys.__stderr__)}.values():
        try:
            stream.flush()
        except BaseException:
            pass


def failure(error):
    memory = isinstance_(error, MemoryError)
    try:
        message = str_(error.code if isinstance_(error, SystemExit) else error)
    except BaseException as inner:
        message = f"(no message: {type_(inner).__name__})"
    own = [f for f in traceback.walk_tb(error.__traceback__) if f[0].f_code.co_filename != __file__]
    try:
        lines = traceback.TracebackException(type_(error), error, None).format_exception_only()
        stack = traceback.StackSummary.extract(iter(own), lookup_lines=True).format() if not memory else []
        print("Traceback (most recent call last):\n" + "".join([*stack, *lines]), end="", file=sys.stderr)
    except BaseException:
        pass
    return {"status": "memory" if memory else "error", "error": {"type": type_(error).__name__, "message": message[:10_000]}}


def handle(text):
    request = loads(text)
    running = request["op"] == "run"
    keep = None
    try:
        if running:
            keep = request["output"] if request.get("keepFiles") else None
            os.makedirs(HOME, exist_ok=True)
            os.chdir(HOME)
            open_streams()
            put_files(request.get("files") or {})
            value = execute(request["code"])
        else:
            value = settled(invoke(request["name"], [decode(a) for a in request["args"]]))
        outcome = {"status": "ok", "value": encode(value)}
    except SystemExit as error:
        # A program may end this way; a function that is called may not.
        outcome = {"status": "ok", "value": None} if running and error.code in (None, 0) else failure(error)
    except BaseException as error:
        outcome = failure(error)
    close_streams()
    if keep is not None:
        try:
            outcome["files"] = get_files(keep)
        except BaseException:
            outcome["files"] = {}
    return dumps(outcome)


# What a stranger's exception may not be here: these steer the interpreter (end an iteration, a generator, the program).
STEERING = (StopIteration, StopAsyncIteration)
strange = {}


def exception_of(kind, message):
    known = getattr(builtins, kind, None)
    if isinstance_(known, type) and issubclass(known, Exception) and not issubclass(known, STEERING):
        try:
            # A KeyError's text is the key as it is written.
            return known(ast.literal_eval(message)) if known is KeyError else known(message)
        except (TypeError, ValueError, SyntaxError):
            pass
    if kind not in strange: strange[kind] = type_(kind, (RuntimeError,), {"__module__": "candidate"})
    return strange[kind](message)


def connect(ask, names):
    def stand_in(name):
        def outside(*args):
            answer = loads(ask(dumps({"name": name, "args": [encode(a) for a in args]})))["outcome"]
            if answer["status"] == "ok": return decode(answer.get("value"))
            error = answer.get("error") or {}
            kind = {"timeout": "TimeoutError", "memory": "MemoryError"}.get(answer["status"], "RuntimeError")
            raise exception_of(error.get("type", kind), error.get("message", answer["status"]))
        outside.__name__ = outside.__qualname__ = name
        return outside
    for name in loads(names): main.__dict__[name] = stand_in(name)


class Blocked:
    """Refuses to import what leads out of the interpreter."""
    NAMES = ("js", "pyodide_js", "pyodide", "_pyodide", "_pyodide_core", "micropip")

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.partition(".")[0] in cls.NAMES: raise ModuleNotFoundError(f"No module named {name!r}", name=name)


class Clock:
    """Stands for the selector of an event loop that has nothing to wait for but time."""
    def select(self, timeout):
        if timeout: time.sleep(timeout)
        return []
    def close(self): pass


class Loop(asyncio.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self._selector = Clock()
    def _process_events(self, events): pass
    def _write_to_self(self): pass


class LoopPolicy(asyncio.events._BaseDefaultEventLoopPolicy):
    _loop_factory = Loop


def enter():
    """Called once in a fresh interpreter, before anything untrusted."""
    webloop = sys.modules["pyodide.webloop"]
    asyncio.run, time.sleep = webloop._orig_run, webloop._orig_sleep
    asyncio.events._set_event_loop_policy(LoopPolicy())
    asyncio.events._set_running_loop(None)
    asyncio.SelectorEventLoop = asyncio.DefaultEventLoop = Loop
    strangers = lambda f: getattr(f, "__module__", "").startswith(("_pyodide", "pyodide"))
    sys.meta_path[:] = [Blocked, *(f for f in sys.meta_path if not strangers(f))]
    sys.path_hooks[:] = [h for h in sys.path_hooks if not strangers(h)]
    sys.modules["_pyodide._importhook"].jsfinder.jsproxies.clear()
    for name in [m for m in sys.modules if m.partition(".")[0] in Blocked.NAMES]:
        module = sys.modules.pop(name)
        # Emptied as well: who walks the heap finds modules that nothing imports.
        if isinstance_(module, types.ModuleType): vars(module).clear()
    sys.modules["__main__"] = main
    sys.argv[:] = ["main.py"]
    sys.excepthook = sys.__excepthook__
    random.seed(0)
`;
