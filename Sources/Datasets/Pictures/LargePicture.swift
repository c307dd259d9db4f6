/// Pictures of so many pixels that only those are decoded that are used.
enum LargePicture {
    /// Pixels of a picture that is decoded as a whole: 48 MB, in each thread that decodes.
    static let mostPixels = 16_000_000

    /// Whether a picture of this extent is one.
    static func isOne(height: Int, width: Int) -> Bool { height * width > mostPixels }

    /// The picture resized, the same bytes as by way of the whole one.
    static func resized(
        _ file: FileBytes, of extent: (height: Int, width: Int), height: Int, width: Int
    ) throws -> Picture {
        let rows = TouchedLines(from: extent.height, to: height, areRows: true)
        let columns = TouchedLines(from: extent.width, to: width, areRows: false)
        let picked = try PictureFile.pick(file, of: extent, [(rows.lines, columns.lines)])
        return Datasets.resized(picked[0], rows: rows, columns: columns)
    }
}

/// A picture for a prediction: to be looked at by a model, and to be drawn on.
public struct SeenPicture {
    /// Of the whole picture, in pixels.
    public let height: Int
    /// Of the whole picture, in pixels.
    public let width: Int
    /// The picture, or of a large one every so many pixels in both directions.
    public let shown: Picture
    /// How many pixels of a side are one of `shown`.
    public let step: Int
    /// Scaled for the model, where the picture is not all there.
    private let scaled: Picture?

    /// The whole picture.
    public init(_ picture: Picture) {
        self.init(height: picture.height, width: picture.width, shown: picture, step: 1, scaled: nil)
    }

    private init(height: Int, width: Int, shown: Picture, step: Int, scaled: Picture?) {
        self.height = height
        self.width = width
        self.shown = shown
        self.step = step
        self.scaled = scaled
    }

    /// Reads a picture; a large one only as far as it is looked at.
    ///
    /// - Parameter fitting: how a picture of this height and width goes to the model.
    public init(_ path: String, fitting: (_ height: Int, _ width: Int) -> Letterbox) throws {
        let file = try FileBytes(path)
        // What breaks the rules is told apart by decoding it.
        guard let extent = try? PictureFile.extent(file),
            LargePicture.isOne(height: extent.height, width: extent.width)
        else {
            self.init(try PictureFile.decode(file, reduction: 1).pixels)
            return
        }
        let box = fitting(extent.height, extent.width)
        let rows = TouchedLines(from: extent.height, to: box.height, areRows: true)
        let columns = TouchedLines(from: extent.width, to: box.width, areRows: false)
        let step = SeenPicture.step(extent)
        func every(_ count: Int) -> [Int32] { stride(from: step / 2, to: count, by: step).map { Int32($0) } }
        let picked = try PictureFile.pick(
            file, of: extent, [(rows.lines, columns.lines), (every(extent.height), every(extent.width))])
        self.init(
            height: extent.height, width: extent.width, shown: picked[1], step: step,
            scaled: resized(picked[0], rows: rows, columns: columns))
    }

    /// So that what is shown is as large as a whole picture may be, or less.
    private static func step(_ extent: (height: Int, width: Int)) -> Int {
        var step = 2
        while LargePicture.isOne(height: extent.height / step, width: extent.width / step) { step += 1 }
        // A thin picture keeps a row.
        return min(step, 2 * min(extent.height, extent.width) - 1)
    }

    /// The model's input.
    public func fitted(_ box: Letterbox) -> Picture { scaled.map(box.pad) ?? box.apply(to: shown) }
}
