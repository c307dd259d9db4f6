/// What a pickle may ask for by name, and what it means here.
enum Constructors {
    /// What calling a known constructor gives.
    enum Kind {
        /// A tensor from (storage, offset, sizes, strides, …).
        case tensor
        /// The first argument as it is: parameters, sizes.
        case firstArgument
        /// What the first argument gives, called with the third.
        case indirect
        case dictionary
        case list
        /// An inert record.
        case record
    }

    /// Storage classes and the type of their numbers, as safetensors call it.
    static let storageTypes = [
        "FloatStorage": "F32", "HalfStorage": "F16", "BFloat16Storage": "BF16", "DoubleStorage": "F64",
        "LongStorage": "I64", "IntStorage": "I32", "ShortStorage": "I16", "CharStorage": "I8", "ByteStorage": "U8",
        "BoolStorage": "BOOL",
    ]

    /// Known functions and classes by package and name; modules inside a package move between releases.
    private static let kinds: [String: Kind] = [
        "torch._rebuild_tensor_v2": .tensor, "torch._rebuild_tensor": .tensor,
        "torch._rebuild_parameter": .firstArgument, "torch._rebuild_parameter_with_state": .firstArgument,
        "torch._rebuild_from_type_v2": .indirect, "torch.Size": .firstArgument, "torch.device": .record,
        "collections.OrderedDict": .dictionary, "collections.defaultdict": .dictionary,
        "collections.Counter": .dictionary, "collections.deque": .list,
        "__builtin__.set": .list, "builtins.set": .list, "__builtin__.frozenset": .list, "builtins.frozenset": .list,
        "__builtin__.list": .list, "builtins.list": .list, "__builtin__.dict": .dictionary,
        "builtins.dict": .dictionary, "__builtin__.getattr": .record, "builtins.getattr": .record,
        "__builtin__.slice": .record, "builtins.slice": .record, "__builtin__.complex": .record,
        "builtins.complex": .record, "__builtin__.bytearray": .record, "builtins.bytearray": .record,
        "_codecs.encode": .record, "numpy.scalar": .record, "numpy.dtype": .record,
        "numpy._reconstruct": .record, "pathlib.PosixPath": .record, "pathlib.WindowsPath": .record,
        "pathlib.PurePosixPath": .record, "pathlib.PureWindowsPath": .record, "pathlib.Path": .record,
        "datetime.datetime": .record, "datetime.date": .record, "datetime.timedelta": .record,
        "datetime.timezone": .record, "functools.partial": .record, "copy_reg._reconstructor": .record,
        "copyreg._reconstructor": .record, "types.SimpleNamespace": .record, "argparse.Namespace": .record,
        "ultralytics.IterableSimpleNamespace": .record,
    ]

    static func kind(_ global: GlobalName) -> Kind? { kinds["\(global.package).\(global.lastName)"] }

    /// Names that no checkpoint has a reason to mention, refused even where nothing is made with them.
    static func isForbidden(_ global: GlobalName) -> Bool {
        switch global.package {
        case "os", "posix", "nt", "sys", "subprocess", "runpy", "ctypes", "importlib", "socket", "shutil", "pty": true
        case "builtins", "__builtin__": ["eval", "exec", "compile", "open", "__import__"].contains(global.name)
        default: false
        }
    }
}
