import Diagnostics
import Glibc

/// YAML files as trees of nodes, read by libyaml within `DocumentLimits`.
///
/// Unquoted scalars resolve as in PyYAML (see `Scalars`), quoted ones are text, merge keys work, duplicate keys, tags of other
/// programs and second documents are problems.
public enum YAML {
    /// The document in a file; an empty one is `null`. `name` is what nodes and problems call the file, nil for its path.
    public static func read(path: String, as name: String? = nil) throws -> Node {
        try parse(bytes: bytes(path: path, name: name ?? path), file: name ?? path)
    }

    /// The document in a text; `file` names it in problems.
    public static func parse(_ text: String, file: String) throws -> Node {
        try parse(bytes: Array(text.utf8), file: file)
    }

    /// The document in bytes (UTF-8, or UTF-16 with a byte order mark); `file` names it in problems.
    public static func parse(bytes: [UInt8], file: String) throws -> Node {
        guard bytes.count <= DocumentLimits.bytes else { throw tooLarge(file) }
        guard !bytes.isEmpty else { return Node(.null, file: file, line: 1, column: 1) }
        return try bytes.withUnsafeBufferPointer { buffer in
            var events = EventStream(buffer, file: file)
            defer { events.close() }
            var composer = Composer(file: file)
            while let event = try events.next() { try composer.take(event) }
            return composer.document ?? Node(.null, file: file, line: 1, column: 1)
        }
    }

    private static func tooLarge(_ file: String) -> Problem {
        Problem(
            "the file is larger than \(DocumentLimits.bytes) bytes", file: file,
            remedy: "Check that this is the file you mean: configuration files are a few kilobytes")
    }

    private static func bytes(path: String, name: String) throws -> [UInt8] {
        let descriptor = PathText.withPath(path) { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { throw unreadable(name, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(name, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw Problem(
                "this is not a regular file", file: name, remedy: "Name a YAML file", exit: .missingInput)
        }
        guard status.st_size <= DocumentLimits.bytes else { throw tooLarge(name) }
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while result.count <= DocumentLimits.bytes {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(name, errno) }
            if count == 0 { break }
            result += chunk[..<count]
        }
        return result
    }

    private static func unreadable(_ path: String, _ code: Int32) -> Problem {
        let missing = code == ENOENT || code == ENOTDIR
        return Problem(
            missing ? "there is no such file" : "cannot read the file: \(String(cString: strerror(code)))", file: path,
            remedy: missing ? "Check the path" : "Check the file's permissions", exit: .missingInput)
    }
}
