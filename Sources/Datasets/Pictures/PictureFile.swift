import CImage
import Diagnostics

/// What the header of a picture file says.
public struct PictureHeader: Equatable, Sendable {
    /// Height after EXIF rotation.
    public var height: Int
    /// Width after EXIF rotation.
    public var width: Int
    /// Bytes of the file.
    public var fileSize: Int
}

/// JPEG and PNG files; which of the two is told by their bytes, not by their name.
public enum PictureFile {
    /// The upright picture: EXIF rotation applied, alpha dropped, 16-bit values reduced to their high byte, gray,
    /// palettes and CMYK converted.
    public static func read(_ path: String) throws -> Picture {
        var info = cimage_info()
        var memory: UnsafeMutablePointer<UInt8>?
        try check(path) { cimage_decode(path, &memory, &info, $0, $1) }
        guard let memory else { throw Problem("cannot be decoded", file: path) }
        return Picture(height: Int(info.height), width: Int(info.width), owning: memory)
    }

    /// The header, after looking at as much of the file as tells that the picture is whole.
    public static func header(_ path: String) throws -> PictureHeader {
        var info = cimage_info()
        try check(path) { cimage_probe(path, &info, $0, $1) }
        return PictureHeader(height: Int(info.height), width: Int(info.width), fileSize: Int(info.file_size))
    }

    private static func check(
        _ path: String, _ body: (UnsafeMutablePointer<CChar>, Int) -> Int32
    ) throws {
        let size = Int(CIMAGE_MESSAGE_SIZE)
        var status: Int32 = 0
        let message = withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { buffer in
            guard let base = buffer.baseAddress else { return "" }
            base.initialize(repeating: 0, count: size)
            status = body(base, size)
            return status == 0 ? "" : String(cString: base)
        }
        guard status != 0 else { return }
        throw Problem(
            message, file: path, remedy: "Replace the picture, or remove it from the data set",
            exit: status == CIMAGE_CANNOT_OPEN ? .missingInput : .badData)
    }
}
