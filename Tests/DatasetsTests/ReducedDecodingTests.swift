import Foundation
import Testing

@testable import Datasets
@testable import TestSupport

/// JPEGs decoded at a part of their size.
@Suite struct ReducedDecodingTests {
    let folder = TemporaryFolder()

    /// Red grows to the right, green downwards.
    private func slopes(_ height: Int, _ width: Int) -> Picture {
        var values: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width { values += [UInt8(250 * x / width), UInt8(250 * y / height), 90] }
        }
        return Picture(height: height, width: width, values)
    }

    private func decoded(_ file: String, _ reduction: Int) throws -> DecodedPicture {
        try PictureFile.decode(FileBytes(file), reduction: reduction)
    }

    /// Largest difference of pixels that are not on the border.
    private func inner(_ a: Picture, _ b: Picture) -> Int {
        var result = 0
        for y in 1..<a.height - 1 {
            for x in 1..<a.width - 1 {
                for c in 0..<3 { result = max(result, abs(Int(a[y, x][c]) - Int(b[y, x][c]))) }
            }
        }
        return result
    }

    @Test(arguments: 1...8) func everythingStaysInPlaceAtOddSizesAndOrientations(orientation: Int) throws {
        // One pixel more than a multiple of eight: most of the last block is not picture.
        let file = folder.write("odd.jpg", try jpeg(slopes(73, 105), orientation: UInt8(orientation)))
        let whole = try decoded(file, 1)
        let extents = [whole.height, whole.width]
        #expect(extents == (orientation > 4 ? [105, 73] : [73, 105]))
        for (reduction, sides) in [(2, [37, 53]), (4, [19, 27]), (8, [10, 14])] {
            let small = try decoded(file, reduction)
            #expect([small.height, small.width] == extents)
            #expect([small.pixels.height, small.pixels.width].sorted() == sides)
            let (height, width) = (extents[0] / reduction, extents[1] / reduction)
            let expected = resized(whole, height: height, width: width)
            let found = resized(small, height: height, width: width)
            // A pixel of the small picture is up to 250 / 9 levels from its neighbour.
            #expect(inner(found, expected) <= 5, "1/\(reduction)")
            #expect(difference(found.values, expected.values) <= 20, "1/\(reduction)")
        }
    }

    @Test(arguments: JPEGKinds.all.indices) func everyKindOfJPEGIsReduced(number: Int) throws {
        let (name, text) = JPEGKinds.all[number]
        let file = folder.write(name + ".jpg", Array(try #require(Data(base64Encoded: text))))
        let whole = try decoded(file, 1)
        #expect(whole.height == 43 && whole.width == 61)
        for reduction in [2, 4, 8] {
            let small = try decoded(file, reduction).pixels
            #expect(small.height == (42 + reduction) / reduction && small.width == (60 + reduction) / reduction)
            for y in 0..<43 / reduction {
                for x in 0..<61 / reduction {
                    for c in 0..<3 {
                        var sum = 0
                        for i in 0..<reduction * reduction {
                            sum += Int(whole.pixels[y * reduction + i / reduction, x * reduction + i % reduction][c])
                        }
                        let mean = Double(sum) / Double(reduction * reduction)
                        #expect(abs(mean - Double(small[y, x][c])) < 6, "\(name) 1/\(reduction) at \(y), \(x)")
                    }
                }
            }
        }
    }

    @Test func aPNGComesWhole() throws {
        let file = folder.write("whole.png", PNGBuilder(width: 2, height: 1).file([0, 1, 2, 3, 4, 5, 6]))
        let picture = try decoded(file, 8)
        #expect(picture.pixels.values == [1, 2, 3, 4, 5, 6] && picture.area == PictureArea(of: picture.pixels))
    }

    @Test func aPictureIsReducedFromTwiceTheNeededSizeOn() {
        func reduction(_ height: Int, _ width: Int) -> Int {
            largestReduction(from: (height, width), to: fittedExtent(height: height, width: width, into: (640, 640)))
        }
        #expect(reduction(640, 640) == 1 && reduction(960, 1278) == 1)
        #expect(reduction(960, 1280) == 2 && reduction(1080, 1920) == 2)
        #expect(reduction(1440, 2560) == 4 && reduction(3000, 4000) == 4)
        #expect(reduction(3840, 5120) == 8 && reduction(9000, 9000) == 8)
    }

    @Test func trainingReducesAndValidationDoesNot() throws {
        folder.write("train/images/x.jpg", try jpeg(pattern(300, 400)))
        folder.write("train/labels/x.txt", text: "0 0.5 0.5 0.4 0.3")
        folder.write("val/images/x.jpg", try jpeg(pattern(300, 400)))
        let catalog = try catalog(folder)
        func picture(_ reduces: Bool) throws -> Picture {
            try PictureStore(catalog, target: (64, 64), limit: 0, reduces: reduces).picture(0)
        }
        let (plain, reduced) = (try picture(false), try picture(true))
        #expect(plain.height == 48 && plain.width == 64 && reduced.height == 48 && reduced.width == 64)
        let whole = try PictureFile.read(catalog.path(0))
        #expect(plain.values == resized(whole, height: 48, width: 64).values)
        let quarter = try decoded(catalog.path(0), 4)
        #expect(reduced.values == resized(quarter, height: 48, width: 64).values)
        #expect(plain.values != reduced.values)
    }
}
