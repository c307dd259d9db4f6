import Diagnostics
import Foundation
import Synchronization

/// A checkpoint that was read and found sound.
public struct LoadedCheckpoint: Sendable {
    /// What was saved, without any conversion.
    public var tensors: SafeTensors
    /// The file it came from.
    public var path: String
    /// Why it is not the newest one, for the user; nil when it is.
    public var warning: String?
}

/// The checkpoints of a run: complete at every moment, whatever happens to the process, the disk or the power.
///
/// A checkpoint `last` is the file `last.safetensors`; the one before stays as `last.prev.safetensors`. All functions may
/// be called from any thread; one save runs at a time.
public final class CheckpointFolder: Sendable {
    /// The folder.
    public let path: String
    private let lock: FolderLock
    private let operations: any FileOperations
    /// Names whose files this process has written or found sound.
    private let sound = Mutex<Set<String>>([])

    /// Opens a folder for writing, makes it when it is missing, and removes what killed processes left unfinished.
    ///
    /// `lock` is this process's lock on the folder, or on the run folder around it.
    ///
    /// - Throws: `Problem` when the folder cannot be made.
    public init(_ path: String, lock: FolderLock, operations: any FileOperations = SystemFiles()) throws {
        self.path = path
        self.lock = lock
        self.operations = operations
        // Else a limit on the size of files would end the process instead of one save.
        signal(SIGXFSZ, SIG_IGN)
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            // Every writer holds the lock, so whatever is unfinished now was left behind.
            for name in try retried({ try operations.names(in: path) }) where UnfinishedFile.matches(name) {
                try retried { try operations.unlink("\(path)/\(name)") }
            }
        } catch let failure as FileFailure {
            throw Problem(
                "cannot be prepared: \(failure.operation) failed: \(String(cString: strerror(failure.code)))",
                file: failure.path, remedy: "Make the folder writable", exit: .cannotCreate)
        } catch {
            throw Problem(
                "cannot be made: \(error.localizedDescription)", file: path,
                remedy: "Choose a folder that you may write to", exit: .cannotCreate)
        }
    }

    /// Locks and opens a folder.
    ///
    /// - Throws: `Problem` when another process uses it, or when it cannot be made.
    public convenience init(_ path: String) throws { try self.init(path, lock: FolderLock(path)) }

    /// The file of a checkpoint.
    public static func file(_ name: String, in folder: String) -> String { "\(folder)/\(name).safetensors" }

    private func file(_ name: String) -> String { Self.file(name, in: path) }

    /// Saves a checkpoint, sealed with digests; the one of this name before stays as `name.prev`.
    ///
    /// - Throws: `Problem` of exit code `inputOutput`; the checkpoint before is intact then, and saving may be tried
    ///   again.
    public func save(_ tensors: SafeTensors, as name: String) throws {
        let bytes = try tensors.sealed().serialized()
        try sound.withLock { sound in
            // A damaged file must not take the place of a sound one before it.
            let keep = sound.contains(name) || (try? Self.check(file(name))) != nil
            sound.remove(name)
            do {
                try DurableFile(path: file(name), operations: operations)
                    .replace(with: bytes, keepingAs: keep ? file(name + ".prev") : nil)
            } catch let failure as FileFailure {
                throw failure.problem(saving: "checkpoint '\(name)'", at: file(name))
            }
            sound.insert(name)
        }
    }

    /// Gives the checkpoint `name` a second name, such as `best` or `epoch10`, which keeps its contents when `name`
    /// is saved anew.
    ///
    /// - Throws: `Problem` of exit code `inputOutput`.
    public func link(_ name: String, as second: String) throws {
        try sound.withLock { _ in
            do {
                try DurableFile(path: file(second), operations: operations).replace(withLinkTo: file(name))
            } catch let failure as FileFailure {
                throw failure.problem(saving: "checkpoint '\(second)'", at: file(second))
            }
        }
    }

    /// Forgets a checkpoint; one that is not there is forgotten already.
    ///
    /// - Throws: `Problem` of exit code `inputOutput`.
    public func remove(_ name: String) throws {
        try sound.withLock { sound in
            sound.remove(name)
            do {
                try retried { try operations.unlink(file(name)) }
            } catch let failure as FileFailure where failure.code != ENOENT {
                throw failure.problem(saving: "checkpoint '\(name)'", at: file(name))
            } catch is FileFailure {
                return
            }
        }
    }

    /// Reads a checkpoint of this folder; see `load(_:in:)`.
    public func load(_ name: String) throws -> LoadedCheckpoint { try Self.load(name, in: path) }

    /// Reads a checkpoint and checks its digests; when it is missing or damaged, the one before it.
    ///
    /// - Throws: `Problem` when neither is there, or neither is sound.
    public static func load(_ name: String, in folder: String) throws -> LoadedCheckpoint {
        let newest = file(name, in: folder)
        let previous = file(name + ".prev", in: folder)
        do {
            return LoadedCheckpoint(tensors: try check(newest), path: newest)
        } catch let first as Problem {
            do {
                let tensors = try check(previous)
                return LoadedCheckpoint(
                    tensors: tensors, path: previous,
                    warning: "\(first.file ?? newest): \(first.message); continuing with the one before it, \(previous)"
                )
            } catch let second as Problem {
                guard second.exit == .missingInput else {
                    throw Problem(
                        "\(first.message), and so the one before it: \(second.message)", file: newest,
                        remedy: "Start the run anew, or from another checkpoint", exit: .badData)
                }
                throw first
            }
        }
    }

    private static func check(_ path: String) throws -> SafeTensors {
        let tensors = try SafeTensors(contentsOf: path)
        try tensors.checkSeal(path: path)
        return tensors
    }
}
