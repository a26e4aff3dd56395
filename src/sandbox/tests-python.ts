/** The Python halves of a test run: `candidate` beside the program, `tester` in the interpreter of the tests. */

/**
 * Runs after the program, in its interpreter, and answers questions about it. Whatever the program does to it, it can only
 * change the data that come out.
 */
export const candidate = String.raw`
def _autodidact():
    space = globals()
    objects = []

    def handle(x):
        objects.append(x)
        kind = "class" if isinstance(x, type) else "function" if callable(x) else "iterator" if hasattr(x, "__next__") else "object"
        return ("handle", len(objects) - 1, type(x).__name__, kind)

    def plain(x, left):
        """The value in the types that can leave; raises TypeError for what is no data."""
        left[0] -= 1
        if left[0] < 0 or left[1] > 150:
            raise TypeError
        if x is None or isinstance(x, bool):
            return x
        for base in (int, float, complex, str, bytes):
            if isinstance(x, base):
                return x if type(x) is base else base(x)
        if isinstance(x, (bytearray, memoryview)):
            return bytes(x)
        left[1] += 1
        inner = lambda items: [plain(item, left) for item in items]
        if isinstance(x, dict):
            x = dict(zip(inner(x.keys()), inner(x.values())))
        elif isinstance(x, (list, tuple, set, frozenset)):
            base = next(b for b in (list, tuple, set, frozenset) if isinstance(x, b))
            x = base(inner(x))
        else:
            raise TypeError
        left[1] -= 1
        return x

    def pack(x):
        try:
            return ("data", plain(x, [300_000, 0]))
        except TypeError:
            return handle(x)

    def unpack(x):
        if isinstance(x, tuple) and len(x) == 2 and x[0] == "\0handle":
            return objects[x[1]]
        if isinstance(x, (list, tuple, set)):
            return type(x)(unpack(item) for item in x)
        if isinstance(x, dict):
            return {unpack(key): unpack(item) for key, item in x.items()}
        return x

    def named(name):
        if name in space:
            return space[name]
        raise NameError(f"name {name!r} is not defined")

    def call(f, args, kwargs):
        args = unpack(args)
        result = f(*args, **unpack(kwargs))
        if result is None and any(isinstance(arg, (list, dict, set)) for arg in args):
            return ("changed", pack(args))
        return pack(result)

    def names(wanted):
        found = [name for name in wanted if name in space and name != "_autodidact_ask"]
        raised = lambda x: isinstance(x, type) and issubclass(x, BaseException)
        return [(name, ("exception", name) if raised(space[name]) else pack(space[name])) for name in found]

    def following(x):
        try:
            return pack(next(x))
        except StopIteration:
            return ("end",)

    of = lambda i: objects[i]
    does = {
        "name": lambda name: pack(named(name)),
        "names": names,
        "call": lambda i, args, kwargs: call(of(i), args, kwargs),
        "get": lambda i, name: pack(getattr(of(i), name)),
        "set": lambda i, name, value: pack(setattr(of(i), name, unpack(value))),
        "item": lambda i, key: pack(of(i)[unpack(key)]),
        "setitem": lambda i, key, value: pack(of(i).__setitem__(unpack(key), unpack(value))),
        "delitem": lambda i, key: pack(of(i).__delitem__(unpack(key))),
        "len": lambda i: pack(len(of(i))),
        "iter": lambda i: handle(iter(of(i))),
        "next": lambda i: following(of(i)),
        "text": lambda i, how: pack((repr if how == "repr" else str)(of(i))),
        "isinstance": lambda i, value: pack(isinstance(unpack(value), of(i))),
    }
    return lambda what, *args: does[what](*args)

_autodidact_ask = _autodidact()
del _autodidact
`;

/** Before the program's functions are tested: what it does as a main program is not wanted. */
export const library = String.raw`
import sys
__name__ = "candidate"
sys.modules[__name__] = sys.modules["__main__"]
del sys
`;

/** Between two runs of one program: its names and files are gone, and chance begins anew. */
export const reset = String.raw`
import os, random, shutil
random.seed(0)
for name in os.listdir():
    shutil.rmtree(name) if os.path.isdir(name) else os.remove(name)
for name in [name for name in globals() if name not in ("__name__", "__builtins__", "__doc__", "__loader__", "__package__", "__spec__")]:
    del globals()[name]
`;

/**
 * In the interpreter of the tests: what the program defines appears as stand-ins. Values come across as data of the
 * tests' own types. An object that is no data is held by a stand-in that can be called, read and iterated, but neither
 * compared, nor computed with, nor taken for true: then its class would decide the verdict.
 */
export const tester = String.raw`
def _autodidact():
    import builtins, random, sys, types

    class Gone(BaseException):
        """The program's interpreter has died."""

    class NotComparable(BaseException):
        pass

    exceptions = {}

    def exception(name):
        known = getattr(builtins, name, None)
        if isinstance(known, type) and issubclass(known, Exception):
            return known
        return exceptions.setdefault(name, type(name, (Exception,), {}))

    def ask(*question):
        answer = _ask(*question)
        if answer[0] == "gone":
            raise Gone
        if answer[0] == "error":
            kind = exception(answer[1])
            try:
                error = kind(answer[2])
            except TypeError:
                error = Exception(answer[2])
            raise error
        return answer[1]

    def refuse(what):
        _ask("incomparable", what)
        raise NotComparable(what)

    def unpack(packed):
        if packed[0] == "data":
            return packed[1]
        if packed[0] == "exception":
            return exception(packed[1])
        return Remote(*packed[1:])

    def pack(x):
        if isinstance(x, Remote):
            return ("\0handle", object.__getattribute__(x, "_id"))
        if isinstance(x, (list, tuple, set, frozenset)):
            items = [pack(item) for item in x]
            return tuple(items) if isinstance(x, tuple) else items if isinstance(x, list) else set(items)
        if isinstance(x, dict):
            return {pack(key): pack(item) for key, item in x.items()}
        if isinstance(x, (range, map, filter, zip, types.GeneratorType)):
            return [pack(item) for item in x]
        return x

    def change(mine, theirs):
        if type(mine) is not type(theirs) or mine == theirs:
            return
        if isinstance(mine, list):
            mine[:] = theirs
        elif isinstance(mine, (dict, set)):
            mine.clear()
            mine.update(theirs)

    class Remote:
        __slots__ = ("_id", "_type", "_kind")

        def __init__(self, id, type, kind):
            for name, value in (("_id", id), ("_type", type), ("_kind", kind)):
                object.__setattr__(self, name, value)

        def __call__(self, *args, **kwargs):
            answer = ask("call", self._id, list(pack(args)), pack(kwargs))
            if answer[0] == "changed":
                if answer[1][0] == "data":
                    for mine, theirs in zip(args, answer[1][1]):
                        change(mine, theirs)
                return None
            return unpack(answer)

        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            return unpack(ask("get", self._id, name))

        def __setattr__(self, name, value):
            ask("set", self._id, name, pack(value))

        def __getitem__(self, key):
            return unpack(ask("item", self._id, pack(key)))

        def __setitem__(self, key, value):
            ask("setitem", self._id, pack(key), pack(value))

        def __delitem__(self, key):
            ask("delitem", self._id, pack(key))

        def __len__(self):
            return unpack(ask("len", self._id))

        def __iter__(self):
            return self if self._kind == "iterator" else unpack(ask("iter", self._id))

        def __next__(self):
            answer = ask("next", self._id)
            if answer[0] == "end":
                raise StopIteration
            return unpack(answer)

        def __str__(self):
            return unpack(ask("text", self._id, "str"))

        def __repr__(self):
            return unpack(ask("text", self._id, "repr"))

        def __instancecheck__(self, other):
            return unpack(ask("isinstance", self._id, pack(other))) is True

    def refusing(name):
        return lambda self, *others: refuse(f"{name.strip('_')} of a {self._type}")

    for name in (
        "bool eq ne lt le gt ge hash add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow and rand or ror xor "
        "rxor neg pos abs int float complex index round reduce_ex format"
    ).split():
        setattr(Remote, f"__{name}__", refusing(f"__{name}__"))

    def wanted(code, found):
        """Names that the code reads or binds, its functions included."""
        found.update(code.co_names)
        for part in code.co_consts:
            if isinstance(part, types.CodeType):
                wanted(part, found)
        return found

    def bind(space, codes):
        """Modules of the library are this interpreter's own: a program must not pass off another math."""
        names = sorted(name for name in set().union(*(wanted(code, set()) for code in codes)) if not hasattr(builtins, name))
        own = [name for name in names if name in sys.stdlib_module_names]
        for name in own:
            try:
                space[name] = __import__(name)
            except ImportError:
                pass
        for name, packed in ask("names", [name for name in names if name not in own]):
            space[name] = unpack(packed)

    def test(setup, source, entry, check):
        space = {"__name__": "tests"}
        random.seed(0)
        try:
            codes = [compile(text, file, "exec") for text, file in ((setup, "setup"), (source, "test"))]
            if entry is None:
                bind(space, codes)
            else:
                space[entry] = unpack(ask("name", entry))
            function = space.get(entry)
            for code in codes:
                exec(code, space)
            if entry is not None:
                space[entry] = function
                if callable(space.get(check)):
                    space[check](function)
        except (Gone, NotComparable) as end:
            return ["failed", str(end)]
        except AssertionError as error:
            return ["failed", str(error)]
        except BaseException as error:
            return ["error", f"{type(error).__name__}: {error}"]
        return ["passed", ""]

    return test

_autodidact_test = _autodidact()
del _autodidact
`;
