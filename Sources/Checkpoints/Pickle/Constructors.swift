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
        "torch._get_layout": .record, "torch._rebuild_sparse_tensor": .record, "torch._rebuild_qtensor": .record,
        "torch._rebuild_meta_tensor_no_storage": .record, "numpy._frombuffer": .record,
        "numpy.__randomstate_ctor": .record, "numpy.__generator_ctor": .record,
        "numpy.__bit_generator_ctor": .record, "re._compile": .record, "array._array_reconstructor": .record,
    ]
    /// Types of Python that files made by other people hold among their options, in both spellings of the package.
    private static let builtins: [String: Kind] = [
        "range": .record, "xrange": .record, "type": .record, "bytes": .record, "str": .record, "unicode": .record,
        "int": .record, "long": .record, "float": .record, "bool": .record, "object": .record, "tuple": .list,
    ]

    /// What a name means; a class of somebody's is an inert record, as it is where objects are made without calling it.
    static func kind(_ global: GlobalName) -> Kind? {
        if let kind = kinds["\(global.package).\(global.lastName)"] { return kind }
        if global.module == "builtins" || global.module == "__builtin__" { return builtins[global.name] }
        // Functions have small letters; what one would have given cannot be known.
        return global.lastName.first?.isUppercase == true ? .record : nil
    }

    /// Names that no checkpoint has a reason to mention, refused even where nothing is made with them.
    static func isForbidden(_ global: GlobalName) -> Bool {
        switch global.package {
        case "os", "posix", "nt", "sys", "subprocess", "runpy", "ctypes", "importlib", "socket", "shutil", "pty": true
        case "builtins", "__builtin__": ["eval", "exec", "compile", "open", "__import__"].contains(global.name)
        default: false
        }
    }
}
