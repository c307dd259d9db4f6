import CImage
import Datasets
import Diagnostics
import Foundation
import Tensors
import Testing

@testable import TestSupport

@Suite struct PictureFileTests {
    let folder = TemporaryFolder()

    @Test(arguments: 1...8) func exifOrientationTurnsThePictureUpright(orientation: Int) throws {
        let stored = plain(16, 24, SIMD3(200, 30, 30))
        // A white block in the stored top left corner, 8 × 8 so that JPEG keeps it sharp.
        for y in 0..<8 { for x in 0..<8 { for c in 0..<3 { stored.row(y)[3 * x + c] = 255 } } }
        let bytes = try jpeg(stored, orientation: UInt8(orientation))
        let file = folder.write("picture.jpg", bytes)
        let picture = try PictureFile.read(file)
        let header = try PictureFile.header(file)
        let turned = orientation > 4
        #expect(picture.height == (turned ? 24 : 16) && picture.width == (turned ? 16 : 24))
        #expect(header.height == picture.height && header.width == picture.width)
        let bottom = [3, 4, 7, 8].contains(orientation), right = [2, 3, 6, 7].contains(orientation)
        let y = bottom ? picture.height - 4 : 4, x = right ? picture.width - 4 : 4
        #expect(picture[y, x].y > 240)
        #expect(picture[picture.height - 1 - y, picture.width - 1 - x].y < 60)
        #expect(picture[y, picture.width - 1 - x].y < 60)
    }

    @Test func everyKindOfPNGBecomesRGB() throws {
        func read(_ builder: PNGBuilder, _ rows: [UInt8]) throws -> [UInt8] {
            let file = folder.write("kind.png", builder.file(rows))
            _ = try PictureFile.header(file)
            return try PictureFile.read(file).values
        }
        let rgb = PNGBuilder(width: 2, height: 1)
        #expect(try read(rgb, [0, 1, 2, 3, 4, 5, 6]) == [1, 2, 3, 4, 5, 6])
        let gray = PNGBuilder(width: 2, height: 1, colorType: 0)
        #expect(try read(gray, [0, 7, 9]) == [7, 7, 7, 9, 9, 9])
        let bit = PNGBuilder(width: 3, height: 1, bitDepth: 1, colorType: 0)
        #expect(try read(bit, [0, 0b1010_0000]) == [255, 255, 255, 0, 0, 0, 255, 255, 255])
        let grayAlpha = PNGBuilder(width: 2, height: 1, colorType: 4)
        #expect(try read(grayAlpha, [0, 7, 0, 9, 128]) == [7, 7, 7, 9, 9, 9])
        let alpha = PNGBuilder(width: 1, height: 1, colorType: 6)
        #expect(try read(alpha, [0, 1, 2, 3, 0]) == [1, 2, 3])
        let palette = PNGBuilder(
            width: 3, height: 1, colorType: 3, extra: [("PLTE", [10, 20, 30, 40, 50, 60]), ("tRNS", [0])])
        #expect(try read(palette, [0, 1, 0, 1]) == [40, 50, 60, 10, 20, 30, 40, 50, 60])
        let deep = PNGBuilder(width: 1, height: 1, bitDepth: 16)
        #expect(try read(deep, [0, 0x12, 0xFF, 0x80, 0x00, 0xFE, 0x01]) == [0x12, 0x80, 0xFE])
    }

    @Test func interlacedPNGEqualsPlainPNG() throws {
        let picture = pattern(9, 11)
        let passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
        var rows: [UInt8] = []
        for (x0, y0, dx, dy) in passes {
            for y in stride(from: y0, to: 9, by: dy) where x0 < 11 {
                rows.append(0)
                for x in stride(from: x0, to: 11, by: dx) { for c in 0..<3 { rows.append(picture[y, x][c]) } }
            }
        }
        let file = folder.write("interlaced.png", PNGBuilder(width: 11, height: 9, interlaced: true).file(rows))
        #expect(try PictureFile.read(file).values == picture.values)
    }

    @Test func aPNGNamedJPEGIsReadByItsContents() throws {
        let file = folder.write("renamed.jpg", PNGBuilder(width: 1, height: 1).file([0, 1, 2, 3]))
        #expect(try PictureFile.read(file).values == [1, 2, 3])
    }

    @Test func aJPEGWithoutItsEndMarkerIsWholeAndATruncatedOneIsNot() throws {
        let bytes = try jpeg(pattern(40, 56))
        let whole = try PictureFile.read(folder.write("whole.jpg", bytes)).values
        let open = folder.write("open.jpg", Array(bytes.dropLast(2)))
        _ = try PictureFile.header(open)
        #expect(try PictureFile.read(open).values == whole)
        for count in stride(from: 64, to: bytes.count - 8, by: 64) {
            let file = folder.write("cut.jpg", Array(bytes.prefix(count)))
            #expect(throws: Problem.self) { try PictureFile.header(file) }
            #expect(try problem { _ = try PictureFile.read(file) }.message.contains("truncated"))
        }
    }

    @Test func aCutPNGIsTruncatedAndAWrongSumIsDamage() throws {
        let bytes = PNGBuilder(width: 3, height: 2).file([0] + Array(1...9) + [0] + Array(11...19))
        for count in 8..<bytes.count {
            let file = folder.write("cut.png", Array(bytes.prefix(count)))
            #expect(try problem { _ = try PictureFile.header(file) }.message.contains("truncated"))
        }
        var wrong = bytes
        wrong[50] ^= 1
        let file = folder.write("wrong.png", wrong)
        #expect(try problem { _ = try PictureFile.header(file) }.message.contains("damaged"))
        #expect(throws: Problem.self) { try PictureFile.read(file) }
    }

    @Test func whatIsNoPictureIsNamed() throws {
        func message(_ path: String) throws -> String { try problem { _ = try PictureFile.header(path) }.message }
        #expect(try message(folder.write("empty.jpg", [])).contains("empty"))
        #expect(try message(folder.write("text.jpg", text: "this is text")).contains("neither"))
        #expect(try message(folder.write("other.jpg", text: "\0\0\0 ftypavif")).contains("AVIF"))
        #expect(try message(folder.path).contains("regular file"))
        let pipe = folder.path + "/pipe.jpg"
        mkfifo(pipe, 0o644)
        #expect(try message(pipe).contains("regular file"))
        let missing = try problem { _ = try PictureFile.read(folder.path + "/missing.jpg") }
        #expect(missing.exit == .missingInput)
        #expect(missing.file == folder.path + "/missing.jpg")
    }
}

@Suite struct PictureLimitTests {
    let folder = TemporaryFolder()

    /// A PNG that claims an extent.
    private func png(_ width: Int, _ height: Int) -> String {
        folder.write("claims.png", PNGBuilder(width: width, height: height).file([0, 0, 0, 0]))
    }

    /// A JPEG whose header claims an extent.
    private func jpegFile(_ width: Int, _ height: Int) throws -> String {
        var bytes = try jpeg(pattern(16, 16))
        let frame = try #require(bytes.indices.first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
        bytes.replaceSubrange(frame + 5..<frame + 9, with: PNGBuilder.number(height << 16 | width))
        return folder.write("claims.jpg", bytes)
    }

    @Test func sidesAndPixelsAreLimitedByTheHeader() throws {
        _ = try PictureFile.header(png(32_768, 3_000))
        #expect(try problem { _ = try PictureFile.header(png(32_769, 1)) }.message.contains("too large"))
        #expect(try problem { _ = try PictureFile.header(png(10_000, 10_001)) }.message.contains("too large"))
        #expect(try problem { _ = try PictureFile.header(png(0x7FFF_FFFF, 9)) }.message.contains("too large"))
        #expect(try problem { _ = try PictureFile.header(png(0, 9)) }.message.contains("no pixels"))
        #expect(try problem { _ = try PictureFile.header(try jpegFile(32_768, 16)) }.message.contains("truncated"))
        #expect(try problem { _ = try PictureFile.header(try jpegFile(32_769, 16)) }.message.contains("too large"))
        #expect(try problem { _ = try PictureFile.header(try jpegFile(65_500, 65_500)) }.message.contains("too large"))
        #expect(try problem { _ = try PictureFile.read(try jpegFile(32_000, 3_000)) }.message.contains("truncated"))
    }

    /// A progressive JPEG of 8 × 8 blocks that holds the first coefficients of one gray component again and again.
    private func progressive(_ width: Int, _ height: Int, components: Int = 1, scans: Int) -> String {
        var bytes: [UInt8] = [0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
        bytes += [0xFF, 0xC2, 0, UInt8(8 + 3 * components), 8] + PNGBuilder.number(height << 16 | width)
        bytes += [UInt8(components)] + (1...components).flatMap { [UInt8($0), 0x11, 0] }
        bytes += [0xFF, 0xC4, 0, 20, 0, 1] + [UInt8](repeating: 0, count: 15) + [0]
        let blocks = (width + 7) / 8 * ((height + 7) / 8)
        let scan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0] + [UInt8](repeating: 0, count: min(blocks / 8, 99) + 1)
        for _ in 0..<scans { bytes += scan }
        return folder.write("scans.jpg", bytes + [0xFF, 0xD9])
    }

    @Test func scansAndMemoryOfADecoderAreLimited() throws {
        #expect(try PictureFile.header(progressive(16, 16, scans: 200)).width == 16)
        #expect(try PictureFile.read(progressive(16, 16, scans: 200))[3, 3] == SIMD3(repeating: 128))
        #expect(try problem { _ = try PictureFile.header(progressive(16, 16, scans: 201)) }.message.contains("scans"))
        #expect(try problem { _ = try PictureFile.read(progressive(16, 16, scans: 201)) }.message.contains("scans"))
        let large = progressive(10_000, 9_999, components: 3, scans: 1)
        #expect(try problem { _ = try PictureFile.header(large) }.message.contains("500 MB"))
    }

    @Test func compressedTextAndProfilesAreNotUnpacked() throws {
        let bomb = Array("profile\0\0".utf8) + PNGBuilder.stored([UInt8](repeating: 0, count: 3 << 20))
        let texts = (0..<200).map { _ in (name: "zTXt", data: Array("a\0\0b".utf8)) }
        let builder = PNGBuilder(width: 1, height: 1, extra: [(name: "iCCP", data: bomb)] + texts)
        let file = folder.write("bomb.png", builder.file([0, 1, 2, 3]))
        #expect(try PictureFile.read(file).values == [1, 2, 3])
    }

    @Test func mutatedFilesNeverTrap() throws {
        let sources = [
            try jpeg(pattern(24, 40)), try jpeg(pattern(24, 40), orientation: 6),
            PNGBuilder(width: 3, height: 2).file([0] + Array(1...9) + [0] + Array(11...19)),
        ]
        var generator = RandomStream(20_260)
        for source in sources {
            for _ in 0..<150 {
                var bytes = source
                for _ in 0...generator.integer(below: 6) {
                    bytes[generator.integer(below: bytes.count)] = UInt8(generator.integer(below: 256))
                }
                if generator.integer(below: 2) == 0 { bytes.removeLast(generator.integer(below: bytes.count)) }
                var info = cimage_info()
                var pixels: UnsafeMutablePointer<UInt8>?
                let status = cimage_decode_bytes(bytes, bytes.count, 1, &pixels, &info, nil, 0)
                #expect((status == CIMAGE_OK) == (pixels != nil))
                cimage_free(pixels)
            }
        }
    }

    @Test func writingReportsWhatFailed() throws {
        var message = [CChar](repeating: 0, count: Int(CIMAGE_MESSAGE_SIZE))
        let picture = plain(16, 16, SIMD3(200, 90, 20))
        let file = folder.path + "/out.jpg"
        #expect(cimage_write_jpeg(file, picture.pixels, 16, 16, 95, &message, message.count) == CIMAGE_OK)
        #expect(difference(try PictureFile.read(file).values, picture.values) < 4)
        let status = cimage_write_jpeg(folder.path + "/no/out.jpg", picture.pixels, 16, 16, 95, &message, message.count)
        #expect(status == CIMAGE_CANNOT_WRITE)
        #expect(String(decoding: message.map(UInt8.init(bitPattern:)), as: UTF8.self).contains("No such file"))
        #expect(cimage_write_jpeg(file, picture.pixels, 16, 16, 0, &message, message.count) == CIMAGE_CANNOT_WRITE)
    }
}
