import CHost
import Configuration
import Diagnostics
import Foundation
import Synchronization

/// Pictures of a catalog at the size they are used at, kept in memory as far as the limit allows.
///
/// What is kept changes no value, only the time to get it.
public final class PictureStore: Sendable {
    private struct Kept {
        var pictures: [Int: Picture] = [:]
        var bytes = 0
    }

    /// The images.
    public let catalog: ImageCatalog
    private let target: SIMD2<Int>
    private let limit: Int
    private let kept = Mutex(Kept())

    /// - Parameters:
    ///   - target: height and width that pictures are made to fit.
    ///   - limit: bytes of pictures that are kept.
    public init(_ catalog: ImageCatalog, target: (height: Int, width: Int), limit: Int) {
        self.catalog = catalog
        self.target = SIMD2(target.height, target.width)
        self.limit = limit
    }

    /// The upright picture, resized to fit the target.
    public func picture(_ index: Int) throws -> Picture {
        if let picture = kept.withLock({ $0.pictures[index] }) { return picture }
        let picture = try load(index)
        kept.withLock { kept in
            if kept.pictures[index] == nil, kept.bytes + picture.byteCount <= limit {
                kept.pictures[index] = picture
                kept.bytes += picture.byteCount
            }
        }
        return picture
    }

    private func load(_ index: Int) throws -> Picture {
        let path = catalog.path(index)
        let file = try PictureFile.read(path)
        let entry = catalog.entries[index]
        guard file.height == entry.height, file.width == entry.width else {
            throw Problem(
                "is \(file.width) x \(file.height) pixels now and was \(entry.width) x \(entry.height) at the start",
                file: path, remedy: "Do not change the data set during a run; resume it")
        }
        let (height, width) = fittedExtent(height: file.height, width: file.width, into: (target.x, target.y))
        return resized(file, height: height, width: width)
    }

    /// Bytes that all pictures of a catalog take.
    public static func bytes(of catalog: ImageCatalog, target: (height: Int, width: Int)) -> Int {
        catalog.entries.reduce(0) { sum, entry in
            let (height, width) = fittedExtent(height: entry.height, width: entry.width, into: target)
            return sum + height * width * 3
        }
    }

    /// How much a recipe wants kept; throws when `cache: ram` would take more than half of the free memory.
    ///
    /// - Parameter processes: ranks of this host, which share its memory.
    public static func limit(
        for recipe: Recipe, catalogs: [ImageCatalog], processes: Int, freeMemory: Int = PictureStore.freeMemory()
    ) throws -> Int {
        // Without a cache, what costs next to nothing: a small data set is then decoded once all the same.
        if recipe.cache == .none { return min(128 << 20, freeMemory / (8 * processes)) }
        let size = (height: recipe.imageSize.height, width: recipe.imageSize.width)
        let wanted = catalogs.reduce(0) { $0 + bytes(of: $1, target: size) }
        guard wanted <= freeMemory / (2 * processes) else {
            throw Problem(
                "'cache: ram' needs \(wanted >> 20) MiB for each of \(processes) ranks of this host, and half of its"
                    + " free memory is \(freeMemory >> 21) MiB",
                remedy: "Set 'cache: false', or run fewer ranks on this host", exit: .environment)
        }
        return wanted
    }

    /// Bytes that this host and its control groups can still give.
    public static func freeMemory() -> Int {
        let bytes = chost_available_bytes()
        return bytes < 0 ? Int(ProcessInfo.processInfo.physicalMemory) / 2 : Int(bytes)
    }
}
