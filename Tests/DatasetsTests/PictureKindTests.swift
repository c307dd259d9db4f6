import Diagnostics
import Foundation
import Testing

@testable import Datasets
@testable import TestSupport

/// Bytes with the low ones first.
private func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// A BMP of the given rows, from the bottom up where `height` is positive.
private func bmp(
    _ width: Int, _ height: Int, bits: Int, palette: [UInt8] = [], masks: [Int] = [], rows: [UInt8]
) -> [UInt8] {
    let extra = masks.flatMap { little($0, 4) } + palette
    let start = 54 + extra.count
    var bytes: [UInt8] = Array("BM".utf8) + little(start + rows.count, 4) + little(0, 4) + little(start, 4)
    bytes += little(40, 4) + little(width, 4) + little(height, 4) + little(1, 2) + little(bits, 2)
    bytes += little(masks.isEmpty ? 0 : 3, 4) + little(rows.count, 4) + little(0, 8) + little(palette.count / 4, 4)
    return bytes + little(0, 4) + extra + rows
}

/// A plain TIFF of one strip.
private func tiff(
    _ width: Int, _ height: Int, components: Int = 3, orientation: Int = 1, _ values: [UInt8]
) -> [UInt8] {
    let tags = [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, components == 3 ? 2 : 1),
        (273, 4, 1, 8), (274, 3, 1, orientation), (277, 3, 1, components), (278, 4, 1, height),
        (279, 4, 1, values.count),
    ]
    var bytes: [UInt8] = [0x49, 0x49, 42, 0] + little(8 + values.count, 4) + values + little(tags.count, 2)
    for (tag, type, count, value) in tags {
        bytes += little(tag, 2) + little(type, 2) + little(count, 4) + little(value, 4)
    }
    return bytes + little(0, 4)
}

/// Red, green, blue; (10, 20, 30), (200, 100, 50), white: without loss.
private let webp: [UInt8] = [
    82, 73, 70, 70, 66, 0, 0, 0, 87, 69, 66, 80, 86, 80, 56, 76, 54, 0, 0, 0, 47, 2, 64, 0, 0, 47, 64, 144, 109, 179,
    65,
    220, 235, 254, 50, 211, 32, 147, 182, 201, 95, 255, 118, 102, 109, 100, 210, 54, 173, 135, 253, 243, 175, 178, 243,
    31, 104, 228, 145, 172, 251, 6, 4, 2, 148, 177, 226, 129, 109, 34, 250, 31, 227, 5,
]

/// (1, 2, 3) that is transparent, (4, 5, 6) that is half so.
private let clearWebP: [UInt8] = [
    82, 73, 70, 70, 44, 0, 0, 0, 87, 69, 66, 80, 86, 80, 56, 76, 32, 0, 0, 0, 47, 1, 0, 0, 16, 15, 160, 16, 64, 0, 20,
    52,
    10, 1, 4, 64, 65, 163, 16, 64, 0, 20, 52, 3, 24, 185, 63, 42, 16, 209, 255, 0,
]

/// Pictures that are neither JPEG nor PNG.
@Suite struct PictureKindTests {
    let folder = TemporaryFolder()

    private func read(_ bytes: [UInt8], as name: String = "picture.jpg") throws -> Picture {
        let file = folder.write(name, bytes)
        let header = try PictureFile.header(file)
        let picture = try PictureFile.read(file)
        #expect(header.height == picture.height && header.width == picture.width)
        #expect(header.fileSize == bytes.count)
        return picture
    }

    @Test func everyKindOfPlainBMPBecomesRGB() throws {
        let rows: [UInt8] = [3, 2, 1, 6, 5, 4, 0, 0, 9, 8, 7, 12, 11, 10, 0, 0]
        #expect(try read(bmp(2, 2, bits: 24, rows: rows)).values == [7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6])
        #expect(try read(bmp(2, -2, bits: 24, rows: rows)).values == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
        let colors: [UInt8] = [30, 20, 10, 0, 60, 50, 40, 0]
        let two = try read(bmp(3, 1, bits: 1, palette: colors, rows: [0b0100_0000, 0, 0, 0]))
        #expect(two.values == [10, 20, 30, 40, 50, 60, 10, 20, 30])
        // Beyond the palette everything is black.
        #expect(
            try read(bmp(3, 1, bits: 4, palette: colors, rows: [0x10, 0x70, 0, 0])).values[..<6] == two.values[3...]
                + [])
        #expect(try read(bmp(2, 1, bits: 8, palette: colors, rows: [1, 2, 0, 0])).values == [40, 50, 60, 0, 0, 0])
        #expect(try read(bmp(1, 1, bits: 32, rows: [3, 2, 1, 255])).values == [1, 2, 3])
        let masks = [0xFF, 0xFF00, 0xFF_0000]
        #expect(try read(bmp(1, 1, bits: 32, masks: masks, rows: [1, 2, 3, 0])).values == [1, 2, 3])
        // Five bits, or six, are the high ones of a byte, as in the reference.
        #expect(try read(bmp(1, 1, bits: 16, rows: [0xFF, 0x7F, 0, 0])).values == [248, 248, 248])
        let deep = bmp(1, 1, bits: 16, masks: [0xF800, 0x7E0, 0x1F], rows: [0xE1, 0x07, 0, 0])
        #expect(try read(deep).values == [0, 252, 8])
    }

    @Test func plainAndGrayTIFFsBecomeUprightRGB() throws {
        let values = (1...18).map { UInt8($0) }
        #expect(try read(tiff(3, 2, values)).values == values)
        #expect(try read(tiff(2, 1, components: 1, [7, 9])).values == [7, 7, 7, 9, 9, 9])
        let turned = try read(tiff(3, 2, orientation: 6, values))
        #expect(turned.height == 3 && turned.width == 2)
        #expect(turned.values == [10, 11, 12, 1, 2, 3, 13, 14, 15, 4, 5, 6, 16, 17, 18, 7, 8, 9])
    }

    @Test func webPWithoutLossKeepsItsPixelsAndDropsAlpha() throws {
        let values: [UInt8] = [255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30, 200, 100, 50, 255, 255, 255]
        #expect(try read(webp).values == values)
        #expect(try read(clearWebP).values == [1, 2, 3, 4, 5, 6])
    }

    @Test func theyTrainBesideOthers() throws {
        try makeDataset(folder, train: 1)
        let values = pattern(24, 20).values
        folder.write("train/images/b.tif", tiff(20, 24, values))
        folder.write("train/images/c.bmp", bmp(20, -24, bits: 24, rows: values))
        for name in ["b", "c"] { folder.write("train/labels/\(name).txt", text: "1 0.5 0.5 0.4 0.3\n") }
        let found = try catalog(folder)
        #expect(found.report.summary == "3 images, 0 backgrounds, 0 duplicates, 0 rejected")
        let store = PictureStore(found, target: (24, 24), limit: 0, reduces: true)
        for number in 0..<3 { #expect(try store.picture(number).height == 24) }
    }

    @Test(arguments: [0, 1, 2]) func whatIsCutOrDamagedIsRefused(kind: Int) throws {
        let whole = [
            bmp(4, 4, bits: 24, rows: pattern(4, 4).values), tiff(4, 4, pattern(4, 4).values), webp,
        ][kind]
        // The last four bytes of a TIFF say that no page follows: its picture is whole without them.
        for count in 4..<whole.count - [1, 4, 0][kind] {
            let file = folder.write("cut.jpg", Array(whole.prefix(count)))
            #expect(throws: Problem.self) { try PictureFile.header(file) }
            #expect(throws: Problem.self) { try PictureFile.read(file) }
        }
        // Any byte may be any other: read or refused.
        for place in 2..<whole.count {
            for change in [0x01, 0x80, 0xFF] as [UInt8] {
                var bytes = whole
                bytes[place] ^= change
                let file = folder.write("changed.jpg", bytes)
                if let header = try? PictureFile.header(file), header.height * header.width < 1_000_000 {
                    _ = try? PictureFile.read(file)
                }
            }
        }
    }

    @Test func claimsAreChecked() throws {
        func message(_ bytes: [UInt8]) throws -> String {
            try problem { _ = try PictureFile.header(folder.write("claims.jpg", bytes)) }.message
        }
        #expect(try message(bmp(40_000, 1, bits: 24, rows: [])).contains("too large"))
        #expect(try message(bmp(4, Int(Int32.min), bits: 24, rows: [])).contains("too large"))
        #expect(try message(bmp(20_000, 4_000, bits: 24, rows: [0])).contains("truncated"))
        #expect(try message(bmp(4, 4, bits: 7, rows: [])).contains("7 bits"))
        #expect(try message(bmp(4, 4, bits: 32, masks: [0, 1, 2], rows: [])).contains("damaged"))
        #expect(try message(tiff(40_000, 1, [0, 0, 0])).contains("too large"))
        // The library reads such a strip in pieces, so that its size is none of the memory's.
        #expect(try message(tiff(10_000, 9_000, [0, 0, 0])).contains("truncated"))
        #expect(
            try message(Array("\0\0\0 ftypavif\0\0\0\0".utf8)).contains(
                "is a AVIF picture; JPEG, PNG, BMP, TIFF and WebP"))
    }
}

/// The reference's reader judges ours, pixel by pixel.
@Suite(.enabled(if: Peer.has("cv2", "PIL"), "needs PEER_PYTHON with cv2 and PIL")) struct PeerPictureTests {
    @Test func everyKindIsReadAsTheReferenceDoes() throws {
        let folder = TemporaryFolder()
        let script = ProgramRun.root.appending(path: "Tests/DatasetsTests/Scripts/judge_pictures.py").path
        let outcome = try Peer.run(script, folder.path)
        #expect(outcome.code == 0, "\(outcome.errors.suffix(2000))")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasSuffix(".raw") }
        #expect(names.count > 50)
        for name in names {
            let picture = try PictureFile.read("\(folder.path)/\(name)")
            let expected = try Data(contentsOf: URL(filePath: "\(folder.path)/\(name).raw"))
            #expect(Array(expected) == [UInt8(picture.height), UInt8(picture.width)] + picture.values, "\(name)")
        }
    }
}
