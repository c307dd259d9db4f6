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

/// The bytes of a file, with its name for messages.
final class FileBytes {
    let path: String
    fileprivate let count: Int
    fileprivate let bytes: UnsafeMutablePointer<UInt8>?

    init(_ path: String) throws {
        self.path = path
        var size = 0
        var memory: UnsafeMutablePointer<UInt8>?
        try PictureFile.check(path) { text, room in
            PathText.withPath(path) { cimage_read_file($0, &memory, &size, text, room) }
        }
        bytes = memory
        count = size
    }

    deinit { cimage_free(bytes) }
}

/// The upright picture of a file, perhaps at a reduced size.
struct DecodedPicture {
    let pixels: Picture
    /// Height and width of the whole picture, in its own pixels.
    let height: Int
    let width: Int
    /// Where the picture lies in `pixels`; they cover up to `reduction − 1` pixels more where a side is no multiple of it.
    let area: PictureArea

    init(_ picture: Picture) {
        pixels = picture
        height = picture.height
        width = picture.width
        area = PictureArea(of: picture)
    }

    fileprivate init(_ memory: UnsafeMutablePointer<UInt8>, _ info: cimage_info, reduction: Int) {
        pixels = Picture(height: Int(info.decoded_height), width: Int(info.decoded_width), owning: memory)
        height = Int(info.height)
        width = Int(info.width)
        var area = PictureArea(of: pixels)
        if pixels.height != height || pixels.width != width {
            area.height = Double(height) / Double(reduction)
            area.width = Double(width) / Double(reduction)
            // What is too much lies at the right and at the bottom of the picture as it is stored.
            if [2, 3, 6, 7].contains(info.orientation) { area.left = Double(pixels.width) - area.width }
            if [3, 4, 7, 8].contains(info.orientation) { area.top = Double(pixels.height) - area.height }
        }
        self.area = area
    }
}

/// Picture files: JPEG, PNG, BMP, TIFF and WebP; which of them is told by their bytes, not by their name.
public enum PictureFile {
    /// The upright picture: EXIF rotation applied, alpha dropped, 16-bit values reduced to their high byte, gray,
    /// palettes and CMYK converted.
    public static func read(_ path: String) throws -> Picture { try decode(FileBytes(path), reduction: 1).pixels }

    /// The same from the bytes of a file; a JPEG at a part of its size: 1, 2, 4 or 8 pixels of a side become one.
    static func decode(_ file: FileBytes, reduction: Int) throws -> DecodedPicture {
        var info = cimage_info()
        var memory: UnsafeMutablePointer<UInt8>?
        let (bytes, count, path) = (file.bytes, file.count, file.path)
        try check(path) { cimage_decode_bytes(bytes, count, Int32(reduction), &memory, &info, $0, $1) }
        guard let memory else { throw Problem("cannot be decoded", file: path) }
        return DecodedPicture(memory, info, reduction: reduction)
    }

    /// Height and width of the upright picture, from a file's bytes.
    static func extent(_ file: FileBytes) throws -> (height: Int, width: Int) {
        var info = cimage_info()
        try check(file.path) { cimage_describe_bytes(file.bytes, file.count, &info, $0, $1) }
        return (Int(info.height), Int(info.width))
    }

    /// Some pixels of a picture of this extent, once for each pair of rows and columns, all in ascending order.
    static func pick(
        _ file: FileBytes, of extent: (height: Int, width: Int), _ lines: [(rows: [Int32], columns: [Int32])]
    ) throws -> [Picture] {
        let pictures = lines.map { Picture(height: $0.rows.count, width: $0.columns.count) }
        // The lists stay where they are while they are read.
        let lists = lines.map { UnsafeMutableBufferPointer<Int32>.allocate(capacity: $0.rows.count + $0.columns.count) }
        defer { lists.forEach { $0.deallocate() } }
        var picks: [cimage_pick] = []
        for ((list, line), picture) in zip(zip(lists, lines), pictures) {
            _ = list.initialize(from: line.rows + line.columns)
            guard let start = list.baseAddress else { continue }
            picks.append(
                cimage_pick(
                    width: Int32(extent.width), height: Int32(extent.height), rows: start,
                    columns: start + line.rows.count, row_count: Int32(line.rows.count),
                    column_count: Int32(line.columns.count), rgb: picture.pixels))
        }
        var info = cimage_info()
        try check(file.path) {
            cimage_decode_picks(file.bytes, file.count, picks, Int32(picks.count), &info, $0, $1)
        }
        return pictures
    }

    /// The header, after looking at as much of the file as tells that the picture is whole.
    public static func header(_ path: String) throws -> PictureHeader {
        var info = cimage_info()
        try check(path) { text, room in PathText.withPath(path) { cimage_probe($0, &info, text, room) } }
        return PictureHeader(height: Int(info.height), width: Int(info.width), fileSize: Int(info.file_size))
    }

    fileprivate static func check(
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
