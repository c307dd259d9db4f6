/// Images as the formulas see them: values in Double, NHWC order.
public struct ReferenceMap {
    /// Number of images.
    public let n: Int
    /// Rows of an image.
    public let height: Int
    /// Columns of an image.
    public let width: Int
    /// Values of a pixel.
    public let channels: Int
    /// All values, channels innermost.
    public var values: [Double]

    /// Images with the given values.
    public init(_ n: Int, _ height: Int, _ width: Int, _ channels: Int, _ values: [Double]) {
        precondition(values.count == n * height * width * channels, "\(values.count) values")
        self.n = n
        self.height = height
        self.width = width
        self.channels = channels
        self.values = values
    }

    /// Images whose values are told one by one, by image, row, column and channel.
    public init(
        _ n: Int, _ height: Int, _ width: Int, _ channels: Int, value: (Int, Int, Int, Int) -> Double
    ) {
        var values: [Double] = []
        values.reserveCapacity(n * height * width * channels)
        for image in 0..<n {
            for y in 0..<height {
                for x in 0..<width {
                    for c in 0..<channels { values.append(value(image, y, x, c)) }
                }
            }
        }
        self.init(n, height, width, channels, values)
    }

    /// Pixels of all images.
    public var pixels: Int { n * height * width }

    /// The value at an image, row, column and channel.
    public subscript(image: Int, y: Int, x: Int, c: Int) -> Double {
        values[((image * height + y) * width + x) * channels + c]
    }

    /// Images of equal size with values computed from these, by value and channel.
    public func map(_ transform: (_ value: Double, _ channel: Int) -> Double) -> ReferenceMap {
        ReferenceMap(n, height, width, channels, values.enumerated().map { transform($1, $0 % channels) })
    }
}
