import Checkpoints
import Foundation
import Synchronization

/// The system's calls, counted and written down, of which chosen ones fail.
final class RecordingFiles: FileOperations {
    /// A call that changed something.
    enum Call: Equatable {
        case create(String)
        case write(String, [UInt8])
        case sync(String)
        case link(String, String)
        case rename(String, String)
        case unlink(String)
        case syncFolder
    }

    private struct State {
        var count = 0
        var calls: [Call] = []
    }

    private let files = SystemFiles()
    private let state = Mutex(State())
    /// Whether the call of this number, counted from 1, fails, and how.
    private let failure: @Sendable (_ number: Int, _ operation: String) -> Int32?
    /// Bytes that one write takes at most.
    private let largestWrite: Int

    init(largestWrite: Int = .max, failure: @escaping @Sendable (Int, String) -> Int32? = { _, _ in nil }) {
        self.failure = failure
        self.largestWrite = largestWrite
    }

    var count: Int { state.withLock(\.count) }
    var calls: [Call] { state.withLock(\.calls) }

    private func count(_ operation: String, _ path: String) throws {
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        if let code = failure(number, operation) { throw FileFailure(operation: operation, path: path, code: code) }
    }

    private func record(_ call: Call) { state.withLock { $0.calls.append(call) } }

    func create(_ path: String) throws -> Int32 {
        try count("create", path)
        let file = try files.create(path)
        record(.create(path))
        return file
    }

    func write(_ bytes: UnsafeRawBufferPointer, to file: Int32, path: String) throws -> Int {
        do {
            try count("write", path)
        } catch let failure as FileFailure {
            // A disk that is full has often taken a part already.
            if failure.code != EINTR {
                _ = try files.write(.init(rebasing: bytes[..<(bytes.count / 2)]), to: file, path: path)
            }
            throw failure
        }
        let part = UnsafeRawBufferPointer(rebasing: bytes.prefix(largestWrite))
        let written = try files.write(part, to: file, path: path)
        record(.write(path, Array(part.prefix(written))))
        return written
    }

    func sync(_ file: Int32, path: String) throws {
        try count("fsync", path)
        try files.sync(file, path: path)
        record(.sync(path))
    }

    func close(_ file: Int32, path: String) throws {
        try files.close(file, path: path)
        try count("close", path)
    }

    func read(_ path: String) throws -> [UInt8] {
        try count("read", path)
        return try files.read(path)
    }

    func link(_ path: String, to second: String) throws {
        try count("link", path)
        try files.link(path, to: second)
        record(.link(path, second))
    }

    func rename(_ path: String, to target: String) throws {
        try count("rename", path)
        try files.rename(path, to: target)
        record(.rename(path, target))
    }

    func unlink(_ path: String) throws {
        try count("unlink", path)
        try files.unlink(path)
        record(.unlink(path))
    }

    func syncFolder(_ path: String) throws {
        try count("fsync", path)
        try files.syncFolder(path)
        record(.syncFolder)
    }

    func names(in folder: String) throws -> [String] {
        try count("list", folder)
        return try files.names(in: folder)
    }
}
