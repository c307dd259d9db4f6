import CImage
import Foundation

/// 8-bit RGB pixels, rows of `width` pixels without gaps. Whoever makes a picture fills it; after that it is only read.
public final class Picture: @unchecked Sendable {  // Written by one thread before it is shared, never after.
    /// Number of rows.
    public let height: Int
    /// Pixels of a row.
    public let width: Int
    /// `height × width × 3` values, followed by bytes that may be read, so that pixels can be read by fours.
    public let pixels: UnsafeMutablePointer<UInt8>

    /// The colour of everything that is not picture.
    public static let padding: UInt8 = 114

    private static let spareBytes = Int(CIMAGE_SPARE_BYTES)

    /// A picture with arbitrary contents.
    public init(height: Int, width: Int) {
        precondition(height > 0 && width > 0, "picture of \(height) × \(width)")
        self.height = height
        self.width = width
        let memory = malloc(height * width * 3 + Picture.spareBytes)
        guard let memory else { fatalError("no memory for a picture of \(height) × \(width)") }
        pixels = memory.bindMemory(to: UInt8.self, capacity: height * width * 3 + Picture.spareBytes)
    }

    /// A picture of one gray.
    public convenience init(height: Int, width: Int, filled value: UInt8) {
        self.init(height: height, width: width)
        pixels.update(repeating: value, count: byteCount)
    }

    /// A picture with the given values.
    public convenience init(height: Int, width: Int, _ values: [UInt8]) {
        precondition(values.count == height * width * 3, "\(values.count) values for \(height) × \(width)")
        self.init(height: height, width: width)
        values.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { pixels.update(from: base, count: values.count) }
        }
    }

    /// Takes over memory of the decoder.
    init(height: Int, width: Int, owning pixels: UnsafeMutablePointer<UInt8>) {
        self.height = height
        self.width = width
        self.pixels = pixels
    }

    deinit { free(pixels) }

    /// Bytes of a row.
    public var rowBytes: Int { width * 3 }
    /// Bytes of all rows.
    public var byteCount: Int { height * width * 3 }
    /// First value of row `y`.
    public func row(_ y: Int) -> UnsafeMutablePointer<UInt8> { pixels + y * rowBytes }
    /// All values, for tests and hashes.
    public var values: [UInt8] { Array(UnsafeBufferPointer(start: pixels, count: byteCount)) }

    /// Red, green and blue of a pixel.
    public subscript(y: Int, x: Int) -> SIMD3<UInt8> {
        let p = row(y) + 3 * x
        return SIMD3(p[0], p[1], p[2])
    }
}
