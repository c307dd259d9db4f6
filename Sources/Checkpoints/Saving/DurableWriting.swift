import Diagnostics

/// Writes a whole file so that after any crash the old one or the new one is there.
///
/// - Throws: `Problem` naming the file.
public func writeDurably(_ bytes: [UInt8], to path: String) throws {
    do {
        try DurableFile(path: path, operations: SystemFiles()).replace(with: bytes)
    } catch let failure as FileFailure {
        throw Problem(
            "cannot be written (\(failure))", file: path, remedy: "Make room, or make the folder writable",
            exit: .inputOutput)
    }
}
