import CHost
import Foundation

/// Values that several processes of a host have alike, in pages that all of them see: one process makes them (`publish`),
/// the others take them over (`adopt`), piece by piece in the same order.
///
/// The pages lie copy on write where each process has the buffer anyway, so that nobody else needs to know. Where there is
/// no such memory, or a piece is another one, a process makes its own: the values are the same.
public final class HostMemory: @unchecked Sendable {  // Confined to the thread that makes the pieces.
    /// What others need to find the pages.
    public struct Index: Codable, Equatable, Sendable {
        /// The publishing process.
        public var process: Int32
        /// Its descriptor of the file.
        public var file: Int32
        /// Bytes of the file.
        public var bytes = 0
        /// In the order in which they were made.
        public var pieces: [Piece] = []
    }

    /// A buffer, as a part of the file.
    public struct Piece: Codable, Equatable, Sendable {
        /// What it is: the same words, the same values.
        public var key: String
        /// Bytes from the start of the file.
        public var offset: Int
        /// Bytes, whole pages.
        public var bytes: Int
    }

    /// The pieces so far.
    public private(set) var index: Index
    /// Bytes that this process sees in pages of the file.
    public private(set) var sharedBytes = 0
    private let file: Int32
    /// Whether pieces are made here; not any more once the system has no more room for them.
    private var isPublisher: Bool
    /// Pieces that were asked for, while adopting.
    private var next = 0

    /// What the buffers that are being made now are shared through; nil where nobody shares.
    @TaskLocal static var current: HostMemory?

    /// Calls `body`, and keeps the lasting buffers that it prepares in memory for other processes.
    ///
    /// - Returns: the memory, which must live until the others have adopted it; nil where the system has none.
    public static func publish(_ body: () -> Void) -> HostMemory? {
        let file = chost_memory_file()
        guard file >= 0 else {
            body()
            return nil
        }
        let memory = HostMemory(
            file: file, Index(process: getpid(), file: file), isPublisher: true)
        $current.withValue(memory, operation: body)
        _ = chost_memory_file_seal(file)
        return memory
    }

    /// Calls `body` with the buffers that another process of this host published.
    ///
    /// - Returns: the memory; nil when it is out of reach, and `body` made everything itself.
    @discardableResult
    public static func adopt(_ index: Index, _ body: () -> Void) -> HostMemory? {
        let file = chost_memory_file_open(index.process, index.file, Int64(index.bytes))
        guard file >= 0 else {
            body()
            return nil
        }
        let memory = HostMemory(file: file, index, isPublisher: false)
        $current.withValue(memory, operation: body)
        return memory
    }

    private init(file: Int32, _ index: Index, isPublisher: Bool) {
        self.file = file
        self.index = index
        self.isPublisher = isPublisher
    }

    deinit { close(file) }

    /// Sees to it that a lasting buffer has its values: by `make`, unless another process has made them.
    public static func fill(_ key: String, _ buffer: UnsafeMutablePointer<Float>, count: Int, make: () -> Void) {
        let bytes = roundUp(4 * count, to: Arena.page)
        guard let memory = current, BufferPool.ownsPages(buffer, bytes: bytes) else { return make() }
        if memory.take(key, buffer, bytes) { return }
        make()
        if memory.isPublisher { memory.append(key, buffer, bytes) }
    }

    private func append(_ key: String, _ buffer: UnsafeMutablePointer<Float>, _ bytes: Int) {
        guard chost_memory_file_append(file, buffer, bytes) == 0 else {
            isPublisher = false
            return
        }
        let piece = Piece(key: key, offset: index.bytes, bytes: bytes)
        index.pieces.append(piece)
        index.bytes += bytes
        map(piece, buffer)
    }

    private func take(_ key: String, _ buffer: UnsafeMutablePointer<Float>, _ bytes: Int) -> Bool {
        guard !isPublisher, next < index.pieces.count, index.pieces[next].key == key, index.pieces[next].bytes == bytes
        else {
            return false
        }
        next += 1
        return map(index.pieces[next - 1], buffer)
    }

    @discardableResult
    private func map(_ piece: Piece, _ buffer: UnsafeMutablePointer<Float>) -> Bool {
        guard chost_memory_file_map(file, Int64(piece.offset), buffer, piece.bytes) == 0 else { return false }
        sharedBytes += piece.bytes
        return true
    }
}
