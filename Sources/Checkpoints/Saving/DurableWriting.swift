import Diagnostics
import Glibc

/// Writes a whole file so that after any crash the old one or the new one is there.
///
/// - Throws: `Problem` naming the file.
public func writeDurably(_ bytes: [UInt8], to path: String) throws {
    try durably(path) { try $0.replace(with: bytes) }
}

/// Gives a file a second name, in place of what has that name; a copy where the file system knows no second names.
///
/// - Throws: `Problem` naming the second file.
public func linkDurably(_ source: String, to path: String) throws {
    try durably(path) { try $0.replace(withLinkTo: source) }
}

private func durably(_ path: String, _ change: (DurableFile) throws -> Void) throws {
    do {
        try change(DurableFile(path: path, operations: SystemFiles()))
    } catch let failure as FileFailure {
        throw Problem(
            "cannot be written: \(failure.operation) failed: \(String(cString: strerror(failure.code)))",
            file: path,
            remedy: failure.code == ENOSPC
                ? "Make room on its disk" : "Choose a file in a folder that you may write to",
            exit: .inputOutput)
    }
}
