import Testing

@testable import Datasets

/// Numbers of OpenCV 5 on the same pattern.
@Suite struct ResizeTests {
    /// Source height and width, target height and width, hash of the resized bytes.
    static let cases: [(Int, Int, Int, Int, UInt64)] = [
        (33, 50, 43, 64, 0x244cb45083c225),
        (43, 64, 28, 42, 0xb3d40a3e03e91849),
        (17, 31, 64, 64, 0x3bcdaafa4357797c),
        (64, 48, 9, 7, 0xe043e58ee9b74e0e),
        (10, 10, 10, 37, 0x147c7cc6c20ece6e),
        (1, 5, 4, 9, 0xed4a1510047f9775),
        (5, 1, 4, 9, 0x43308fd190c5e454),
        (40, 40, 20, 20, 0x40bf3f6b198983f7),
        (40, 40, 80, 80, 0x82a1a704e321d8d7),
        (123, 77, 41, 26, 0xa5903a49ce8b3b45),
    ]

    @Test(arguments: cases.indices) func resizedBytesEqualTheReferences(number: Int) {
        let (height, width, newHeight, newWidth, expected) = ResizeTests.cases[number]
        let picture = resized(pattern(height, width), height: newHeight, width: newWidth)
        #expect(hash(picture.values) == expected)
    }

    @Test func picturesAreLoadedAtTheSizesOfTheReference() {
        func size(_ h: Int, _ w: Int, _ s: Int) -> [Int] {
            let fitted = fittedExtent(height: h, width: w, into: (s, s))
            return [fitted.height, fitted.width]
        }
        #expect(size(333, 500, 640) == [427, 640])
        #expect(size(427, 640, 416) == [278, 416])
        #expect(size(1080, 1919, 640) == [361, 640])
        #expect(size(375, 500, 640) == [480, 640])
        #expect(size(640, 480, 640) == [640, 480])
    }

    @Test func aPictureFitsATargetThatIsNotSquare() {
        let wide = fittedExtent(height: 100, width: 100, into: (96, 160))
        #expect([wide.height, wide.width] == [96, 96])
        let flat = fittedExtent(height: 10, width: 100, into: (96, 160))
        #expect([flat.height, flat.width] == [16, 160])
    }
}

@Suite struct LetterboxTests {
    private func box(_ h: Int, _ w: Int, _ target: (Int, Int), enlarges: Bool = true) -> [Int] {
        let box = Letterbox(height: h, width: w, into: (target.0, target.1), enlarges: enlarges)
        return [box.width, box.height, box.top, box.bottom, box.left, box.right]
    }

    @Test func geometryIsThatOfTheReference() {
        #expect(box(480, 640, (640, 640)) == [640, 480, 80, 80, 0, 0])
        #expect(box(375, 500, (640, 640)) == [640, 480, 80, 80, 0, 0])
        #expect(box(1080, 1920, (640, 640)) == [640, 360, 140, 140, 0, 0])
        #expect(box(427, 640, (640, 640), enlarges: false) == [640, 427, 106, 107, 0, 0])
        #expect(box(333, 500, (416, 416)) == [416, 277, 69, 70, 0, 0])
        #expect(box(100, 37, (64, 64), enlarges: false) == [24, 64, 0, 0, 20, 20])
        #expect(box(720, 1280, (384, 672), enlarges: false) == [672, 378, 3, 3, 0, 0])
    }

    @Test func whatIsNotPictureIsGray() {
        let picture = Letterbox(height: 8, width: 16, into: (21, 16)).apply(to: plain(8, 16, SIMD3(1, 2, 3)))
        #expect([picture.height, picture.width] == [21, 16])
        #expect(picture[5, 3] == SIMD3(repeating: 114))
        #expect(picture[6, 0] == SIMD3(1, 2, 3))
        #expect(picture[13, 15] == SIMD3(1, 2, 3))
        #expect(picture[14, 0] == SIMD3(repeating: 114))
    }
}
