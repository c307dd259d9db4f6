import CHost
import Foundation

/// Values that several processes of a host have alike, in pages that all of them see: one process makes them
/// (`publish`), the others take them over (`adopt`), buffer by buffer in the same order.
///
/// The pages lie copy on write where each process has the buffer anyway, so that nobody else needs to know. Where there
/// is no such memory, or a buffer is another one, a process makes its own: the values are the same.
public final class HostMemory: @unchecked Sendable {  // Confined to the thread that makes the buffers.
    /// What others need to find the pages.
    public struct Index: Codable, Equatable, Sendable {
        /// The publishing process.
        public var process: Int32
        /// Its descriptor of the file.
        public var file: Int32
        /// What tells the file from others.
        public var number: Int64
        /// Bytes of the file.
        public var bytes = 0
        /// The buffers that are in it.
        public var pieces: [Piece] = []
    }

    /// A buffer, as a part of the file.
    public struct Piece: Codable, Equatable, Sendable {
        /// Its place in the order of all buffers.
        public var place: Int
        /// What kind of buffer it is, to be sure.
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
    private let isPublisher: Bool
    /// Once the system has no more room for them.
    private var isFull = false
    /// Buffers that were asked for so far.
    private var count = 0

    /// What the buffers that are being made now are shared through; nil where nobody shares.
    @TaskLocal static var current: HostMemory?

    /// Calls `body`, and keeps the lasting buffers that it fills in memory for other processes.
    ///
    /// - Returns: the memory, which must live until the others have adopted it; nil where the system has none.
    public static func publish(_ body: () -> Void) -> HostMemory? {
        let file = chost_memory_file()
        guard file >= 0 else {
            body()
            return nil
        }
        let index = Index(process: getpid(), file: file, number: chost_memory_file_number(file))
        let memory = HostMemory(file: file, index, isPublisher: true)
        $current.withValue(memory, operation: body)
        _ = chost_memory_file_seal(file)
        return memory
    }

    /// Calls `body` with the buffers that another process of this host published.
    ///
    /// - Returns: the memory; nil when it is out of reach, and `body` made everything itself.
    @discardableResult
    public static func adopt(_ index: Index, _ body: () -> Void) -> HostMemory? {
        let file = chost_memory_file_open(index.process, index.file, index.number, Int64(index.bytes))
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

    /// Sees to it that a whole lasting tensor has its values: by `make`, unless another process has made them.
    ///
    /// All processes fill the same tensors in the same order; `key` says what kind of tensor it is.
    public static func fill(_ key: String, _ tensor: Tensor, make: () -> Void) {
        guard let memory = current else { return make() }
        let place = memory.count
        memory.count += 1
        let bytes = roundUp(4 * tensor.shape.count, to: Arena.page)
        guard BufferPool.ownsPages(tensor.pointer, bytes: bytes) else { return make() }
        if memory.isPublisher {
            make()
            memory.append(Piece(place: place, key: key, offset: memory.index.bytes, bytes: bytes), tensor.pointer)
        } else if !memory.adopt(place, key, bytes, tensor.pointer) {
            make()
        }
    }

    private func append(_ piece: Piece, _ buffer: UnsafeMutablePointer<Float>) {
        if isFull { return }
        isFull = chost_memory_file_append(file, Int64(piece.offset), buffer, piece.bytes) != 0
        if isFull { return }
        index.pieces.append(piece)
        index.bytes += piece.bytes
        map(piece, buffer)
    }

    private func adopt(_ place: Int, _ key: String, _ bytes: Int, _ buffer: UnsafeMutablePointer<Float>) -> Bool {
        guard let piece = index.pieces.first(where: { $0.place == place }), piece.key == key, piece.bytes == bytes
        else {
            return false
        }
        return map(piece, buffer)
    }

    @discardableResult
    private func map(_ piece: Piece, _ buffer: UnsafeMutablePointer<Float>) -> Bool {
        guard chost_memory_file_map(file, Int64(piece.offset), buffer, piece.bytes) == 0 else { return false }
        sharedBytes += piece.bytes
        return true
    }
}
