import CHost
import Configuration
import Diagnostics
import Foundation

extension PictureStore {
    /// What may be kept without being asked: a small data set is then decoded once all the same.
    static let unasked = 128 << 20

    /// Bytes that all pictures of a catalog take.
    public static func bytes(of catalog: ImageCatalog, target: (height: Int, width: Int)) -> Int {
        catalog.entries.reduce(0) { sum, entry in
            let (height, width) = fittedExtent(height: entry.height, width: entry.width, into: target)
            return sum + height * width * 3
        }
    }

    /// How much a recipe wants kept; throws when `cache: ram` would take more than half of the free memory.
    ///
    /// - Parameters:
    ///   - processes: ranks of this host, which share its memory.
    ///   - recent: pictures that mosaics ask for again soon.
    public static func limit(
        for recipe: Recipe, catalogs: [ImageCatalog], processes: Int, recent: Int = 0,
        freeMemory: Int = PictureStore.freeMemory()
    ) throws -> Int {
        let size = (height: recipe.imageSize.height, width: recipe.imageSize.width)
        if recipe.cache == .none {
            return min(max(unasked, recent * size.height * size.width * 3), freeMemory / (8 * processes))
        }
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
