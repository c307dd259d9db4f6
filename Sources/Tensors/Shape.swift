/// Extent of a tensor: `n` images of `height` × `width` pixels with `channels` values each, channels innermost.
public struct Shape: Hashable, Sendable, CustomStringConvertible {
    /// Images of the batch; 0 for the empty shard of a short last batch.
    public var n: Int
    /// Rows of pixels; 1 where values belong to anchors.
    public var height: Int
    /// Pixels of a row; the number of anchors where values belong to anchors.
    public var width: Int
    /// Values of a pixel, next to each other in memory.
    public var channels: Int

    /// Extents in memory order, outermost first; any may be 0.
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

    /// `[n, height, width, channels]`, as messages show it.
    public var description: String { "[\(n), \(height), \(width), \(channels)]" }
}
