import Configuration
import Diagnostics
import Documents

/// The accepted images of one split with their labels, in an order that is the same on every machine.
public struct ImageCatalog: Equatable, Sendable {
    /// One labelled object of an image.
    public struct Object: Equatable, Sendable {
        /// 0-based class.
        public var category: Int
        /// Centre x, centre y, width, height in fractions of the upright image.
        public var box: SIMD4<Float>

        /// An object of its parts.
        public init(category: Int, box: SIMD4<Float>) {
            self.category = category
            self.box = box
        }
    }

    /// One accepted image.
    public struct Entry: Equatable, Sendable {
        /// Path relative to the catalog's root, or absolute.
        public var name: String
        /// Height after EXIF rotation.
        public var height: Int
        /// Width after EXIF rotation.
        public var width: Int
        /// Bytes of the file.
        public var fileSize: Int
        /// In the order of the label file.
        public var objects: [Object]
        /// Whether the objects were outlined as polygons.
        public var hasPolygons: Bool
    }

    /// Folder that relative names start from.
    public var root: String
    /// Sorted by the bytes of their names.
    public var entries: [Entry]
    /// Names of the classes; labels index it.
    public var classes: [String]
    /// What the scan found. Not part of the identity: `digest` ignores it.
    public var report: CatalogReport

    /// A catalog of its parts.
    public init(root: String, entries: [Entry], classes: [String], report: CatalogReport = CatalogReport()) {
        self.root = root
        self.entries = entries
        self.classes = classes
        self.report = report
    }

    /// Number of images.
    public var count: Int { entries.count }

    /// The file of image `index`.
    public func path(_ index: Int) -> String {
        let name = entries[index].name
        return name.hasPrefix("/") ? name : root + "/" + name
    }

    /// Throws when the first or the last image cannot be opened here, on a host that did not scan.
    public func checkReachable() throws {
        for index in Set([0, count - 1]) where count > 0 {
            let here: PictureHeader
            do {
                here = try PictureFile.header(path(index))
            } catch var problem as Problem {
                problem.remedy = "Make the data set readable under the same path on every host"
                throw problem
            }
            if here.fileSize != entries[index].fileSize {
                throw Problem(
                    "has \(here.fileSize) bytes here and \(entries[index].fileSize) where the data set was scanned",
                    file: path(index), remedy: "Give every host the same data set")
            }
        }
    }
}

/// What a scan found.
public struct CatalogReport: Equatable, Sendable {
    /// An image that is not used, and why.
    public struct Rejection: Equatable, Sendable, CustomStringConvertible {
        /// The image.
        public var image: String
        /// The file at fault: the image or its label file.
        public var file: String
        /// 1-based line of a label file.
        public var line: Int?
        /// What is wrong, to follow the name of the file.
        public var reason: String
        /// The largest class of the label file, when that is what is wrong.
        public var unknownClass: Int?

        /// `file:line: reason`, safe for a terminal.
        public var description: String { Node.printable("\(place): \(reason)", limit: 4096) }

        /// `file:line`.
        var place: String { file + (line.map { ":\($0)" } ?? "") }
    }

    /// Accepted images.
    public var images = 0
    /// Accepted images without objects.
    public var backgrounds = 0
    /// Label rows that repeated another one and were dropped.
    public var duplicates = 0
    /// Label files found beside accepted images.
    public var labelFiles = 0
    /// Files in order of their names.
    public var rejections: [Rejection] = []
    /// Label files of accepted images that lie elsewhere and are not read.
    public var misplaced: MisplacedLabels?
    /// What the rows of polygons may be instead.
    var look: KeyPointLook?

    /// A report of nothing found.
    public init() {}

    /// What the user should know beside the numbers, one sentence each.
    public var notes: [String] {
        var notes: [String] = []
        if let misplaced { notes.append("\(misplaced.text); they count as backgrounds") }
        if let shape = look.flatMap({ $0.shape(dimensions: 3) ?? $0.shape(dimensions: 2) }) {
            notes.append(
                "all rows of \(5 + shape.columns) columns are read as polygons; if they are boxes with "
                    + "\(counted(shape.count, "key point")), write 'kpt_shape: \(shape.text)' into the data set file")
        }
        return notes.map { Node.printable($0, limit: 4096) }
    }

    /// `120 images, 7 backgrounds, 1 duplicate, 2 rejected`.
    public var summary: String {
        let found = [(images, "image"), (backgrounds, "background"), (duplicates, "duplicate")]
        return found.map { counted($0, $1) }.joined(separator: ", ") + ", \(rejections.count) rejected"
    }
}
