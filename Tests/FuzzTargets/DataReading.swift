import Configuration
import Datasets
import Foundation

/// Readers of pictures and of data sets.
enum DataReading {
    /// Larger ones are read in the same way, only longer.
    private static let mostPixels = 4_000_000

    static func picture(_ bytes: [UInt8]) throws {
        let path = ScratchFile.write("picture.jpg", bytes)
        let header = try PictureFile.header(path)
        guard header.height * header.width <= mostPixels else { return }
        let picture = try PictureFile.read(path)
        precondition(picture.height == header.height && picture.width == header.width, "another size than announced")
    }

    static func description(_ bytes: [UInt8]) throws {
        _ = makeImage
        _ = try DatasetDescription(reading: ScratchFile.write("data/data.yaml", bytes))
    }

    static func labels(_ bytes: [UInt8]) throws {
        _ = makeImage
        _ = ScratchFile.write("data/train/labels/a.txt", bytes)
        try scan("data/train/images")
    }

    static func list(_ bytes: [UInt8]) throws {
        let path = ScratchFile.write("data/list.txt", bytes)
        try scan(String(path.dropFirst(ScratchFile.folder.count + 1)))
    }

    private static func scan(_ place: String) throws {
        let root = ScratchFile.folder + "/data"
        let description = try DatasetDescription(reading: makeImage)
        _ = try ImageCatalog(
            scanning: DatasetSplit(places: ["\(ScratchFile.folder)/\(place)"], root: root), of: description,
            purpose: .training, recipe: Recipe()
        ) { _ in }
    }

    /// A data set of one picture of 16 x 16 pixels with a label; gives its file.
    private static let makeImage: String = {
        let gray =
            "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAAAAAA6mKC9AAAAD0lEQVR42mNoQAMMI1sAAAUMgAHjM1mKAAAAAElFTkSuQmCC"
        for name in ["train/images/a.png", "val/images/a.png"] {
            _ = ScratchFile.write("data/\(name)", [UInt8](Data(base64Encoded: gray) ?? Data()))
        }
        _ = ScratchFile.write("data/train/labels/a.txt", Array("0 0.5 0.5 0.5 0.5\n".utf8))
        return ScratchFile.write("data/known.yaml", Array("train: train\nval: val\nnames: [fire, smoke]\n".utf8))
    }()
}
