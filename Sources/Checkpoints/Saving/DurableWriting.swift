import Diagnostics
import Glibc

/// Writes a whole file so that after any crash the old one or the new one is there.
///
/// - Throws: `Problem` naming the file.
public func writeDurably(_ bytes: [UInt8], to path: String) throws {
    do {
        try DurableFile(path: path, operations: SystemFiles()).replace(with: bytes)
    } catch let failure as FileFailure {
        throw Problem(
            "cannot be written: \(failure.operation) failed: \(String(cString: strerror(failure.code)))",
            file: path,
            remedy: failure.code == ENOSPC
                ? "Make room on its disk" : "Choose a file in a folder that you may write to",
            exit: .inputOutput)
    }
}
