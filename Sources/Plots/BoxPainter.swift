import Detection
import Graphics

/// Draws labelled boxes on pictures: lines and letters as large as the picture asks for, every label inside the picture.
public struct BoxPainter: Sendable {
    /// A box to draw.
    public struct Item: Sendable {
        /// x1, y1, x2, y2 in units of the canvas.
        public var box: SIMD4<Float>
        /// Class index, which gives the colour.
        public var category: Int
        /// The words at the box; none draws the box alone.
        public var label: String

        /// A box with its words.
        public init(box: SIMD4<Float>, category: Int, label: String) {
            self.box = box
            self.category = category
            self.label = label
        }
    }

    /// Width of lines, in units.
    public var lineWidth: Double
    /// Size of letters, in units.
    public var textSize: Double

    /// Sizes for a picture.
    ///
    /// - Parameter lineWidth: 0 takes what suits the picture; letters grow with it.
    public init(width: Double, height: Double, lineWidth: Int = 0) {
        let mean = (width + height) / 2
        self.lineWidth = lineWidth > 0 ? Double(lineWidth) : max((mean * 0.003).rounded(), mean < 200 ? 1 : 2)
        textSize = max(lineWidth > 0 ? Double(lineWidth) * 6.5 : mean * 0.022, 10)
    }

    /// Draws boxes within an area of a canvas; the first ones end up on top.
    public func draw(_ items: [Item], on canvas: Canvas, in area: Box? = nil) {
        let area = area ?? Box(x: 0, y: 0, width: canvas.width, height: canvas.height)
        canvas.clipped(to: area) {
            for item in items.reversed() { draw(item, on: canvas, in: area) }
        }
    }

    private func draw(_ item: Item, on canvas: Canvas, in area: Box) {
        let color = Palette.color(item.category)
        let (x1, y1) = (Double(item.box.x), Double(item.box.y))
        let frame = Box(x: x1, y: y1, width: Double(item.box.z) - x1, height: Double(item.box.w) - y1)
        canvas.stroke(frame, color, width: lineWidth)
        if item.label.isEmpty { return }
        let margin = textSize * 0.25
        let text = Text(item.label, size: textSize, limit: max(area.width - 2 * margin, 1), on: canvas)
        let (width, height) = (text.width + 2 * margin, text.height)
        // Above the box where there is room, else inside it; never beyond a side of the picture.
        let above = y1 - lineWidth / 2 - height
        let y = above >= area.y ? above : max(min(y1 - lineWidth / 2, area.bottom - height), area.y)
        let x = max(min(x1 - lineWidth / 2, area.right - width), area.x)
        canvas.fill(Box(x: x, y: y, width: width, height: height), color)
        canvas.draw(text, at: Point(x + margin, y), color.legible)
    }
}

extension BoxPainter.Item {
    /// A detection, with its class and score in words.
    ///
    /// - Parameters:
    ///   - showsName: whether the words have the class.
    ///   - digits: of the score; nil leaves it out.
    public init(_ box: DetectedBox, names: [String], showsName: Bool = true, digits: Int? = 2) {
        let name = shownName(box.category, of: names)
        let words = [showsName ? name : nil, digits.map { fixed(Double(box.confidence), $0) }].compactMap { $0 }
        self.init(box: box.box, category: box.category, label: words.joined(separator: " "))
    }
}
