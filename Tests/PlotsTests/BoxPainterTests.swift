import Foundation
import Graphics
import Testing

@testable import Plots

@Suite struct BoxPainterTests {
    /// The extent of everything that differs from the white ground.
    private func extent(_ canvas: Canvas) -> (left: Int, top: Int, right: Int, bottom: Int) {
        let pixels = canvas.rgb
        var found = (left: canvas.columns, top: canvas.rows, right: -1, bottom: -1)
        for y in 0..<canvas.rows {
            for x in 0..<canvas.columns where pixels[(y * canvas.columns + x) * 3 + 1] < 250 {
                found = (min(found.left, x), min(found.top, y), max(found.right, x), max(found.bottom, y))
            }
        }
        return found
    }

    private func drawn(_ box: SIMD4<Float>, _ label: String, width: Double = 400, height: Double = 300) -> Canvas {
        let canvas = Canvas(width: width, height: height)
        BoxPainter(width: width, height: height).draw(
            [BoxPainter.Item(box: box, category: 0, label: label)], on: canvas)
        return canvas
    }

    @Test func theLabelStandsAboveItsBox() {
        let found = extent(drawn(SIMD4(100, 100, 200, 200), "fire 0.87"))
        #expect((80..<92).contains(found.top) && (98...100).contains(found.left) && (199...201).contains(found.bottom))
    }

    @Test func aLabelAtAnEdgeStaysInThePicture() {
        // At the top it moves into the box, at the right to the left.
        let top = extent(drawn(SIMD4(100, 0, 200, 90), "fire 0.87"))
        let right = extent(drawn(SIMD4(390, 100, 400, 200), "fire 0.87"))
        #expect(top.top == 0 && top.bottom <= 91)
        #expect(right.left < 370 && right.right == 399)
    }

    @Test func aLabelThatIsTooLongIsCut() {
        let canvas = drawn(SIMD4(10, 100, 60, 200), String(repeating: "fire ", count: 100))
        let found = extent(canvas)
        #expect(found.left >= 0 && found.right <= 399 && found.top > 70)
    }

    @Test(arguments: [(1.0, 1.0), (10, 7), (64, 64), (4000, 3000)])
    func picturesOfAnySizeAreDrawnOn(_ width: Double, _ height: Double) {
        let canvas = drawn(
            SIMD4(0, 0, Float(width) / 2, Float(height) / 2), "🔥 \n中文", width: width, height: height)
        #expect(extent(canvas).right >= 0)
    }

    @Test func linesAndLettersGrowWithThePicture() {
        let small = BoxPainter(width: 320, height: 240), large = BoxPainter(width: 4000, height: 3000)
        #expect(large.lineWidth > 3 * small.lineWidth && large.textSize > 5 * small.textSize)
        #expect(BoxPainter(width: 320, height: 240, lineWidth: 7).lineWidth == 7)
    }

    @Test func lettersContrastWithEveryColorOfThePalette() {
        for index in 0..<200 {
            let color = Palette.color(index)
            let (a, b) = (color.luminance + 0.05, color.legible.luminance + 0.05)
            #expect(max(a, b) / min(a, b) >= 4.5)
        }
    }

    @Test func neighboursInThePaletteDiffer() {
        for index in 0..<80 {
            for other in index + 1..<min(index + 6, 80) {
                let (a, b) = (Palette.color(index), Palette.color(other))
                #expect(abs(a.red - b.red) + abs(a.green - b.green) + abs(a.blue - b.blue) > 0.15)
            }
        }
    }
}
