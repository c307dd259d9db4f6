import Tensors

/// Four samples around a random centre on a canvas of twice the input size.
///
/// Source: spec of the data sets, section 7.
struct Mosaic {
    /// Height and width of the canvas.
    var height: Int
    var width: Int
    /// Where the four samples meet.
    var centreX: Int
    var centreY: Int

    /// Draws the centre in the middle half of the canvas.
    init(inputHeight: Int, inputWidth: Int, stream: inout RandomStream) {
        height = 2 * inputHeight
        width = 2 * inputWidth
        centreY = Int(stream.uniform(Double(inputHeight) / 2, Double(inputHeight) * 3 / 2))
        centreX = Int(stream.uniform(Double(inputWidth) / 2, Double(inputWidth) * 3 / 2))
    }

    /// The samples at top left, top right, bottom left, bottom right, each touching the centre with a corner.
    func assemble(_ samples: [Sample]) -> Sample {
        let canvas = Picture(height: height, width: width, filled: Picture.padding)
        var result = Sample(picture: canvas, objects: [], hasPolygons: false)
        for (place, sample) in samples.prefix(4).enumerated() {
            let picture = sample.picture
            let left = place % 2 == 0 ? centreX - picture.width : centreX
            let top = place < 2 ? centreY - picture.height : centreY
            copy(picture, to: canvas, left: left, top: top)
            let shift = SIMD4(Float(left), Float(top), Float(left), Float(top))
            result.objects += sample.objects.map { Sample.Object(category: $0.category, box: $0.box + shift) }
            result.hasPolygons = result.hasPolygons || sample.hasPolygons
        }
        result.clip()
        return result
    }

    /// The part of the picture that lies on the canvas.
    private func copy(_ picture: Picture, to canvas: Picture, left: Int, top: Int) {
        let columns = max(left, 0)..<min(left + picture.width, width)
        for y in max(top, 0)..<min(top + picture.height, height) {
            (canvas.row(y) + 3 * columns.lowerBound).update(
                from: picture.row(y - top) + 3 * (columns.lowerBound - left), count: 3 * columns.count)
        }
    }
}
