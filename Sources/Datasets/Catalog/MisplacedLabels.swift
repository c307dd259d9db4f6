import Diagnostics
import Documents

/// Label files that are not where the images' names say, but where others put them.
public struct MisplacedLabels: Equatable, Sendable {
    /// Images that have such a file, and no other.
    public var images = 1
    /// The folder where the first of them should lie.
    public var expected: String
    /// The first of them.
    public var example: String

    /// Looks for the label file of an image that has none at `expected`; nil when there is none elsewhere, either.
    init?(of image: String, expected: String) {
        let others = FileSearch.otherLabelPaths(of: image).filter { $0 != expected }
        guard let example = others.first(where: FileSearch.exists) else { return nil }
        self.example = example
        self.expected = String(expected[..<(expected.lastIndex(of: "/") ?? expected.startIndex)])
        isBeside = example == others.first
    }

    private var isBeside: Bool

    /// These and earlier ones.
    func joined(after other: MisplacedLabels?) -> MisplacedLabels {
        guard var result = other else { return self }
        result.images += images
        return result
    }

    /// `2 images have no label file in …/labels but one beside them, such as …/a0.txt`.
    var text: String {
        "\(counted(images, "image")) \(images == 1 ? "has" : "have") no label file in \(expected) but one "
            + (isBeside ? "beside \(images == 1 ? "it" : "them")" : "elsewhere") + ", such as \(example)"
    }
}
