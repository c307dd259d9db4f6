import Diagnostics
import Foundation

/// Puts a whole file in the place of another so that after any crash or power loss the old one or the new one is there.
struct DurableFile {
    /// The path that the file is to have.
    let path: String
    let operations: any FileOperations

    /// Largest single write; a disk that fills up is noticed soon.
    private static let chunk = 8 << 20

    /// A bare name lies in the working directory.
    private var folder: String {
        let folder = FilePath.folder(of: path)
        return folder.isEmpty ? "." : folder
    }

    /// Writes, syncs, reads back and renames, keeping what was there as `previous`.
    ///
    /// - Throws: `FileFailure`; then what `path` held is at `path` or at `previous`, and no unfinished file is left.
    func replace(with bytes: [UInt8], keepingAs previous: String? = nil) throws {
        let temporary = UnfinishedFile.name(for: path)
        do {
            try write(bytes, to: temporary)
            if let previous { try keep(as: previous) }
            try retried { try operations.rename(temporary, to: path) }
        } catch {
            try? retried { try operations.unlink(temporary) }
            throw error
        }
        try retried { try operations.syncFolder(folder) }
    }

    /// Gives the file at `source` this path as well; a copy where the file system knows no second names.
    func replace(withLinkTo source: String) throws {
        do {
            try placeLink(to: source, at: path)
        } catch let failure as FileFailure where failure.meansNoLinks {
            return try replace(with: retried { try operations.read(source) })
        }
        try retried { try operations.syncFolder(folder) }
    }

    /// Keeps what is at `path` under the name `previous` too, when there is anything.
    private func keep(as previous: String) throws {
        do {
            try placeLink(to: path, at: previous)
        } catch let failure as FileFailure where failure.meansNoLinks {
            // For a moment only `previous` exists, which reading falls back to.
            try retried { try operations.rename(path, to: previous) }
        } catch let failure as FileFailure where failure.operation == "link" && failure.code == ENOENT {
            return
        }
    }

    private func placeLink(to source: String, at target: String) throws {
        let temporary = UnfinishedFile.name(for: target)
        try retried { try operations.link(source, to: temporary) }
        do {
            try retried { try operations.rename(temporary, to: target) }
        } catch {
            try? retried { try operations.unlink(temporary) }
            throw error
        }
        // Renaming one name of a file over another name of the same file leaves both and reports no error.
        try? retried { try operations.unlink(temporary) }
    }

    private func write(_ bytes: [UInt8], to temporary: String) throws {
        let file = try retried { try operations.create(temporary) }
        do {
            var position = 0
            while position < bytes.count {
                let end = min(bytes.count, position + Self.chunk)
                let count = try retried {
                    try bytes[position..<end].withUnsafeBytes {
                        try operations.write($0, to: file, path: temporary)
                    }
                }
                guard count > 0 else { throw FileFailure(operation: "write", path: temporary, code: EIO) }
                position += count
            }
            // An error of the disk is reported once: the next sync would claim success, so the file is given up.
            try retried { try operations.sync(file, path: temporary) }
        } catch {
            try? operations.close(file, path: temporary)
            throw error
        }
        do {
            try operations.close(file, path: temporary)
        } catch let failure as FileFailure where failure.code == EINTR {
            // Linux has closed the file all the same; closing it twice could hit another one.
        }
        guard try retried({ try operations.read(temporary) }) == bytes else {
            throw FileFailure(operation: "read back", path: temporary, code: EIO)
        }
    }
}

/// Repeats a call that a signal interrupted.
func retried<Result>(_ call: () throws -> Result) throws -> Result {
    for _ in 0..<100 {
        do {
            return try call()
        } catch let failure as FileFailure where failure.code == EINTR {
            continue
        }
    }
    return try call()
}

extension FileFailure {
    /// Whether the file system has no second names for this file.
    fileprivate var meansNoLinks: Bool {
        operation == "link" && [EPERM, EOPNOTSUPP, ENOSYS, EMLINK, EXDEV].contains(code)
    }

    /// The failure as a message of what could not be saved.
    func problem(saving what: String, at path: String) -> Problem {
        let remedy =
            switch code {
            case ENOSPC, EDQUOT: "Free space on the disk of this folder"
            case EFBIG: "Raise the limit of the size of files (ulimit -f)"
            case EACCES, EPERM, EROFS: "Make the folder writable"
            case ENOENT: "Do not remove the folder while the program runs"
            default: "Check the disk"
            }
        return Problem(
            "\(what) could not be saved: \(operation) failed: \(String(cString: strerror(code)))", file: path,
            remedy: remedy, exit: .inputOutput)
    }
}
