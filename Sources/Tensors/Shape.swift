/// Extent of a tensor: `n` images of `height` × `width` pixels with `channels` values each, channels innermost.
public struct Shape: Hashable, Sendable, CustomStringConvertible {
    public var n: Int
    public var height: Int
    public var width: Int
    public var channels: Int

    public init(_ n: Int, _ height: Int, _ width: Int, _ channels: Int) {
        precondition(n >= 0 && height >= 0 && width >= 0 && channels >= 0, "negative extent")
        self.n = n
        self.height = height
        self.width = width
        self.channels = channels
    }

    /// Pixels of all images.
    public var pixels: Int { n * height * width }
    /// Values of all pixels.
    public var count: Int { pixels * channels }

    /// The same pixels with another number of channels.
    public func with(channels: Int) -> Shape { Shape(n, height, width, channels) }

    public var description: String { "[\(n), \(height), \(width), \(channels)]" }
}
