import Datasets
import Detection
import Graphics

/// Pictures of a batch side by side, with boxes on them.
public enum PictureGrid {
    /// Longest side of the whole, in pixels.
    private static let mostPixels = 1920.0

    /// A picture of the grid.
    public struct Cell {
        /// Its pixels.
        public var picture: Picture
        /// Its file's name.
        public var name: String
        /// In its own pixels.
        public var items: [BoxPainter.Item]
    }

    /// What the labels say of a batch.
    public static func labels(_ batch: Batch, classNames: [String]) -> [Cell] {
        let size = (height: batch.images.shape.height, width: batch.images.shape.width)
        let boxes = batch.labels.boxes(imageSize: size)
        return cells(batch) { image in
            boxes[image].map { label in
                BoxPainter.Item(
                    box: label.box, category: label.category, label: shownName(label.category, of: classNames))
            }
        }
    }

    /// What a model says of a batch.
    public static func detections(_ sample: ValidationDetails.Sample, classNames: [String]) -> [Cell] {
        cells(sample.batch) { image in
            sample.detections[image].map { BoxPainter.Item($0, names: classNames, digits: 1) }
        }
    }

    private static func cells(_ batch: Batch, _ items: (Int) -> [BoxPainter.Item]) -> [Cell] {
        (0..<min(batch.labels.imageCount, ValidationDetails.shownImages)).map { image in
            let file = batch.sources[image].path.split(separator: "/").last.map(String.init) ?? ""
            return Cell(picture: Picture(batch.images, image: image), name: file, items: items(image))
        }
    }

    /// The grid, as square as the number of pictures allows; nil without pictures.
    public static func draw(_ cells: [Cell]) -> Canvas? {
        guard let first = cells.first else { return nil }
        var columns = 1
        while columns * columns < cells.count { columns += 1 }
        let rows = (cells.count + columns - 1) / columns
        let (height, width) = (Double(first.picture.height), Double(first.picture.width))
        // Small pictures are shown larger, so that names can be read.
        let scale = min(mostPixels / Double(columns) / max(height, width), max(1, 320 / max(height, width)))
        let cell = (height: max((height * scale).rounded(), 1), width: max((width * scale).rounded(), 1))
        let canvas = Canvas(width: cell.width * Double(columns), height: cell.height * Double(rows))
        let painter = BoxPainter(width: cell.width * 1.3, height: cell.height * 1.3)
        for (number, content) in cells.enumerated() {
            let area = Box(
                x: Double(number % columns) * cell.width, y: Double(number / columns) * cell.height,
                width: cell.width, height: cell.height)
            draw(content, on: canvas, in: area, scale: scale, painter)
        }
        return canvas
    }

    private static func draw(_ cell: Cell, on canvas: Canvas, in area: Box, scale: Double, _ painter: BoxPainter) {
        let picture = cell.picture.scaled(height: Int(area.height), width: Int(area.width))
        canvas.paste(
            picture.pixels, width: picture.width, height: picture.height, x: Int(area.x), y: Int(area.y))
        let origin = SIMD4(Float(area.x), Float(area.y), Float(area.x), Float(area.y))
        let items = cell.items.map { item in
            var moved = item
            moved.box = item.box * Float(scale) + origin
            return moved
        }
        painter.draw(items, on: canvas, in: area)
        canvas.stroke(area, .white, width: 2)
        let size = max(painter.textSize * 0.9, 10)
        let text = Text(cell.name, size: size, limit: max(area.width - 12, 1), on: canvas)
        let place = Point(area.x + 5, area.bottom - text.height - 4)
        canvas.fill(
            Box(x: place.x - 2, y: place.y, width: text.width + 4, height: text.height),
            Color.black.covering(0.45))
        canvas.draw(text, at: place, .white)
    }
}
