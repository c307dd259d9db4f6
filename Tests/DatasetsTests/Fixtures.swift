import CImage
import Configuration
import Datasets
import Diagnostics
import Foundation
import Testing

/// A folder that goes with the test.
final class TemporaryFolder {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "datasets-\(UUID().uuidString)"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        chmod(path, 0o755)
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Writes a file, making its folders.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) -> String {
        let file = path + "/" + name
        let folder = (file as NSString).deletingLastPathComponent
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        _ = FileManager.default.createFile(atPath: file, contents: Data(bytes))
        return file
    }

    @discardableResult
    func write(_ name: String, text: String) -> String { write(name, Array(text.utf8)) }

    /// Every file below, with its contents.
    func contents() throws -> [String: Data] {
        var result: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
            if let data = FileManager.default.contents(atPath: path + "/" + name) { result[name] = data }
        }
        return result
    }
}

/// The pattern that the expected numbers were made from.
func pattern(_ height: Int, _ width: Int) -> Picture {
    var values: [UInt8] = []
    for y in 0..<height {
        for x in 0..<width {
            for c in 0..<3 {
                let value = x * 37 + y * 91 + c * 53 + (x * y) % 17 * 11 + (x * x + 3 * y * y + c) % 29 * 5
                values.append(UInt8(value % 256))
            }
        }
    }
    return Picture(height: height, width: width, values)
}

/// A picture of one colour.
func plain(_ height: Int, _ width: Int, _ color: SIMD3<UInt8>) -> Picture {
    let values = (0..<height * width).flatMap { _ in [color.x, color.y, color.z] }
    return Picture(height: height, width: width, values)
}

/// FNV-1a, 64 bits.
func hash(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}

/// The bytes of a JPEG of the picture.
func jpeg(_ picture: Picture, quality: Int32 = 95) throws -> [UInt8] {
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    var message = [CChar](repeating: 0, count: Int(CIMAGE_MESSAGE_SIZE))
    let status = cimage_encode_jpeg(
        picture.pixels, Int32(picture.width), Int32(picture.height), quality, &bytes, &count, &message, message.count)
    try #require(status == CIMAGE_OK)
    defer { cimage_free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
}

/// A JPEG with an EXIF block that states an orientation.
func jpeg(_ picture: Picture, orientation: UInt8) throws -> [UInt8] {
    let tiff: [UInt8] = [
        0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0,
    ]
    let block = Array("Exif\0\0".utf8) + tiff
    let plain = try jpeg(picture)
    return Array(plain[..<2]) + [0xFF, 0xE1, 0, UInt8(block.count + 2)] + block + Array(plain[2...])
}

/// Largest difference of two pictures of equal extent.
func difference(_ a: [UInt8], _ b: [UInt8]) -> Int {
    zip(a, b).map { abs(Int($0) - Int($1)) }.max() ?? 0
}

/// The problem that the body throws.
func problem(_ body: () throws -> Void) throws -> Problem {
    do {
        try body()
    } catch let problem as Problem {
        return problem
    }
    Issue.record("nothing was thrown")
    return Problem("")
}

/// A data set directory with pictures of different extents, one box each.
func makeDataset(_ folder: TemporaryFolder, train: Int, val: Int = 2, classes: Int = 5) throws {
    for (split, count) in [("train", train), ("val", val)] {
        for i in 0..<count {
            let picture = pattern(40 + 8 * (i % 5), 36 + 12 * (i % 4))
            folder.write("\(split)/images/picture\(i).jpg", try jpeg(picture))
            folder.write("\(split)/labels/picture\(i).txt", text: "\(i % classes) 0.5 0.5 0.4 0.3\n")
        }
    }
}

/// The catalog of one split of a directory.
func catalog(
    _ folder: TemporaryFolder, _ purpose: SplitPurpose = .training, recipe: Recipe = Recipe(),
    progress: (Int) -> Void = { _ in }
) throws -> ImageCatalog {
    var recipe = recipe
    recipe.distillationDataset = folder.path
    let description = try DatasetDescription(of: recipe)
    return try ImageCatalog(
        scanning: purpose == .training ? description.train : description.val, of: description, purpose: purpose,
        recipe: recipe, progress: progress)
}
