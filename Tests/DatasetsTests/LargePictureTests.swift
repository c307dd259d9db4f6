import Diagnostics
import Testing

@testable import Datasets
@testable import TestSupport

/// Pictures of which only those pixels are decoded that are used.
@Suite struct LargePictureTests {
    let folder = TemporaryFolder()

    private func png(_ picture: Picture) -> [UInt8] {
        let rows = (0..<picture.height).flatMap { y in
            [0 as UInt8] + Array(picture.values[(y * picture.rowBytes)..<((y + 1) * picture.rowBytes)])
        }
        return PNGBuilder(width: picture.width, height: picture.height).file(rows)
    }

    @Test func theResizedPictureIsTheSameAsByWayOfTheWhole() throws {
        var files = [folder.write("plain.png", png(pattern(67, 91)))]
        for turn in [1, 3, 6, 8] {
            files.append(folder.write("turned\(turn).jpg", try jpeg(pattern(67, 91), orientation: UInt8(turn))))
        }
        for file in files {
            let whole = try PictureFile.read(file)
            let bytes = try FileBytes(file)
            let extent = try PictureFile.extent(bytes)
            #expect(extent == (whole.height, whole.width))
            for (height, width) in [(20, 30), (1, 7), (150, 40)] {
                let expected = resized(whole, height: height, width: width)
                let found = try LargePicture.resized(bytes, of: extent, height: height, width: width)
                #expect(found.values == expected.values, "\(file) \(height) \(width)")
            }
        }
    }

    @Test func aPictureThatHasChangedIsRefused() throws {
        let bytes = try FileBytes(folder.write("plain.png", png(pattern(30, 40))))
        let found = try problem { _ = try LargePicture.resized(bytes, of: (31, 40), height: 8, width: 8) }
        #expect(found.message.contains("40 x 30 pixels now"))
    }

    @Test func aLargePictureIsSeenAsAWholeAndShownReduced() throws {
        // Gray, so that the test is quick.
        let row = (0..<5000).map { UInt8($0 / 20) }
        let rows = (0..<4000).flatMap { _ in [0 as UInt8] + row }
        let file = folder.write("large.png", PNGBuilder(width: 5000, height: 4000, colorType: 0).file(rows))
        let fit = { (height: Int, width: Int) in Letterbox(height: height, width: width, into: (64, 64)) }
        let seen = try SeenPicture(file, fitting: fit)
        #expect(seen.height == 4000 && seen.width == 5000 && seen.step == 2)
        #expect(seen.shown.height == 2000 && seen.shown.width == 2500)
        #expect(seen.shown[7, 9] == SIMD3(repeating: row[19]))
        let whole = SeenPicture(try PictureFile.read(file))
        #expect(whole.step == 1 && seen.fitted(fit(4000, 5000)).values == whole.fitted(fit(4000, 5000)).values)
    }
}
