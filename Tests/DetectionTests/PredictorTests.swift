import Datasets
import Testing

@testable import Detection

@Suite struct PredictorTests {
    /// The worked example of the specification, section 5.
    @Test func boxesAreBroughtBackToThePicture() {
        let picture = Picture(height: 720, width: 1280, filled: 0)
        let source = Predictor.source(of: SeenPicture(picture), in: (384, 640))
        #expect(source.original(SIMD4(100, 50, 300, 200)) == SIMD4(200, 76, 600, 376))
        // What lies in the padding ends at the picture's side.
        #expect(source.original(SIMD4(-5, 0, 700, 384)) == SIMD4(0, 0, 1280, 720))
    }

    @Test(arguments: [(720, 1280, 384, 640), (1280, 720, 640, 384), (7, 10, 448, 640), (640, 640, 640, 640)])
    func picturesArePaddedToTheNextStrideOnly(_ height: Int, _ width: Int, _ rows: Int, _ columns: Int) {
        let box = Letterbox(height: height, width: width, into: (640, 640), stride: 32)
        #expect(box.top + box.height + box.bottom == rows && box.left + box.width + box.right == columns)
    }
}
