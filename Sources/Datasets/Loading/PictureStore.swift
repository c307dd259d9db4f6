import Configuration
import Diagnostics
import Foundation

/// Pictures of a catalog at the size they are used at, kept in memory as far as the limit allows.
///
/// What is kept changes no value, only the time to get it.
public final class PictureStore: @unchecked Sendable {  // Everything that changes is behind `lock`.
    /// Which pictures stay when there is not room for all.
    public enum Keeping: Sendable {
        /// Those that came first: for pictures that are asked for in the same order again and again.
        case first
        /// Those that came last: for pictures that are soon asked for again.
        case recent
    }

    /// The images.
    public let catalog: ImageCatalog
    private let target: (height: Int, width: Int)
    private let limit: Int
    private let keeping: Keeping
    private let reduces: Bool

    private let lock = NSCondition()
    private var pictures: [Int: Picture] = [:]
    private var bytes = 0
    /// In the order they came; those before `oldest` have gone.
    private var order: [Int] = []
    private var oldest = 0
    private var loading: Set<Int> = []

    /// - Parameters:
    ///   - target: height and width that pictures are made to fit.
    ///   - limit: bytes of pictures that are kept.
    ///   - reduces: decodes a JPEG that is at least twice as large as needed at a half, a quarter or an eighth of its size.
    ///     That is faster, and averages pixels that the reference leaves out: pictures look alike, but bytes differ.
    public init(
        _ catalog: ImageCatalog, target: (height: Int, width: Int), limit: Int, keeping: Keeping = .first,
        reduces: Bool = false
    ) {
        self.catalog = catalog
        self.target = target
        self.limit = limit
        self.keeping = keeping
        self.reduces = reduces
    }

    /// The upright picture, resized to fit the target.
    public func picture(_ index: Int) throws -> Picture { try picture(index, timer: StageTimer()) }

    func picture(_ index: Int, timer: StageTimer) throws -> Picture {
        if let picture = timer.measure(.decode, { kept(orClaimed: index) }) { return picture }
        var loaded: Picture?
        defer { finish(index, loaded) }
        let picture = try load(index, timer)
        loaded = picture
        return picture
    }

    /// The kept picture; nil when the caller is to load it, which no other thread does meanwhile.
    private func kept(orClaimed index: Int) -> Picture? {
        lock.lock()
        defer { lock.unlock() }
        while true {
            if let picture = pictures[index] { return picture }
            if loading.insert(index).inserted { return nil }
            lock.wait()
        }
    }

    private func finish(_ index: Int, _ picture: Picture?) {
        lock.lock()
        loading.remove(index)
        if let picture { keep(picture, index) }
        lock.broadcast()
        lock.unlock()
    }

    private func keep(_ picture: Picture, _ index: Int) {
        guard picture.byteCount <= limit else { return }
        while keeping == .recent, bytes + picture.byteCount > limit, oldest < order.count {
            if let gone = pictures.removeValue(forKey: order[oldest]) { bytes -= gone.byteCount }
            oldest += 1
        }
        guard bytes + picture.byteCount <= limit else { return }
        pictures[index] = picture
        bytes += picture.byteCount
        order.append(index)
        if oldest > order.count / 2 {
            order.removeFirst(oldest)
            oldest = 0
        }
    }

    private func load(_ index: Int, _ timer: StageTimer) throws -> Picture {
        let path = catalog.path(index)
        let bytes = try timer.measure(.read) { try FileBytes(path) }
        let entry = catalog.entries[index]
        let (height, width) = fittedExtent(height: entry.height, width: entry.width, into: target)
        let reduction = reduces ? largestReduction(from: (entry.height, entry.width), to: (height, width)) : 1
        timer.decoded += 1
        if reduction == 1, LargePicture.isOne(height: entry.height, width: entry.width) {
            let extent = (entry.height, entry.width)
            return try timer.measure(.decode) {
                try LargePicture.resized(bytes, of: extent, height: height, width: width)
            }
        }
        let decoded = try timer.measure(.decode) { try PictureFile.decode(bytes, reduction: reduction) }
        guard decoded.height == entry.height, decoded.width == entry.width else {
            throw Problem(
                "is \(decoded.width) x \(decoded.height) pixels now and was \(entry.width) x \(entry.height) at the start",
                file: path, remedy: "Do not change the data set during a run; resume it")
        }
        return timer.measure(.resize) { resized(decoded, height: height, width: width) }
    }
}
