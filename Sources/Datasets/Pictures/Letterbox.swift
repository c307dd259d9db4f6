/// How a picture is brought to a target extent: scaled to fit and padded.
public struct Letterbox: Equatable, Sendable {
    /// Target pixels per source pixel.
    public var ratio: Double
    /// Rows after scaling, before padding.
    public var height: Int
    /// Columns after scaling, before padding.
    public var width: Int
    /// Padding above, in target pixels.
    public var top: Int
    /// Padding below.
    public var bottom: Int
    /// Padding on the left.
    public var left: Int
    /// Padding on the right.
    public var right: Int

    /// - Parameters:
    ///   - enlarges: whether small pictures are scaled up.
    ///   - stride: pads no further than to the next multiple of this; nil pads up to the target.
    ///
    /// Source: spec of the data sets, section 5.
    public init(
        height h: Int, width w: Int, into target: (height: Int, width: Int), enlarges: Bool = true,
        stride: Int? = nil
    ) {
        var ratio = min(Double(target.height) / Double(h), Double(target.width) / Double(w))
        if !enlarges { ratio = min(ratio, 1) }
        self.ratio = ratio
        width = max(Int((Double(w) * ratio).rounded(.toNearestOrEven)), 1)
        height = max(Int((Double(h) * ratio).rounded(.toNearestOrEven)), 1)
        var dw = target.width - width, dh = target.height - height
        if let stride { (dw, dh) = (dw % stride, dh % stride) }
        func round(_ value: Double) -> Int { Int(value.rounded(.toNearestOrEven)) }
        top = round(Double(dh) / 2 - 0.1)
        bottom = round(Double(dh) / 2 + 0.1)
        left = round(Double(dw) / 2 - 0.1)
        right = round(Double(dw) / 2 + 0.1)
    }

    /// The scaled and padded picture.
    public func apply(to picture: Picture) -> Picture { pad(resized(picture, height: height, width: width)) }

    /// A picture that is scaled already, padded.
    func pad(_ scaled: Picture) -> Picture {
        if top == 0, bottom == 0, left == 0, right == 0 { return scaled }
        let target = Picture(height: top + height + bottom, width: left + width + right)
        let head = left * 3, tail = right * 3, body = scaled.rowBytes
        target.pixels.update(repeating: Picture.padding, count: top * target.rowBytes)
        for y in 0..<height {
            let row = target.row(top + y)
            row.update(repeating: Picture.padding, count: head)
            (row + head).update(from: scaled.row(y), count: body)
            (row + head + body).update(repeating: Picture.padding, count: tail)
        }
        let end = target.pixels + (top + height) * target.rowBytes
        end.update(repeating: Picture.padding, count: bottom * target.rowBytes)
        return target
    }
}
