/// A place on a canvas: to the right and down, in its units.
public struct Point: Equatable, Sendable {
    /// To the right.
    public var x: Double
    /// Down.
    public var y: Double

    /// A place.
    public init(_ x: Double, _ y: Double) {
        self.x = x
        self.y = y
    }
}

/// An upright rectangle of a canvas, in its units.
public struct Box: Equatable, Sendable {
    /// Left side.
    public var x: Double
    /// Upper side.
    public var y: Double
    /// To the right.
    public var width: Double
    /// Down.
    public var height: Double

    /// A rectangle.
    public init(x: Double, y: Double, width: Double, height: Double) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    /// Right side.
    public var right: Double { x + width }
    /// Lower side.
    public var bottom: Double { y + height }
    /// The middle.
    public var center: Point { Point(x + width / 2, y + height / 2) }

    /// The rectangle without a margin on each side.
    public func inset(left: Double = 0, top: Double = 0, right: Double = 0, bottom: Double = 0) -> Box {
        Box(x: x + left, y: y + top, width: max(width - left - right, 0), height: max(height - top - bottom, 0))
    }
}
