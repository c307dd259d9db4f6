import Datasets
import Detection
import Testing

@Suite struct OriginalPixelsTests {
    @Test func boxesReturnToThePictureTheyCameFrom() {
        let half = ImageSource(
            index: 0, path: "a.jpg", height: 720, width: 1280, gain: SIMD2(0.5, 0.5), padding: SIMD2(0, 12))
        #expect(half.original(SIMD4<Float>(100, 50, 300, 200)) == SIMD4(200, 76, 600, 376))
        let padded = ImageSource(
            index: 0, path: "b.jpg", height: 480, width: 640, gain: SIMD2(1, 1), padding: SIMD2(16, 96))
        #expect(padded.original(SIMD4<Float>(100, 150, 300, 200)) == SIMD4(84, 54, 284, 104))
        #expect(padded.original(SIMD4<Float>(-50, 0, 900, 700)) == SIMD4(0, 0, 640, 480))
        let box = LabelledBox(box: SIMD4(16, 96, 26, 106), category: 2)
        #expect(padded.original(box) == LabelledBox(box: SIMD4(0, 0, 10, 10), category: 2))
    }
}
