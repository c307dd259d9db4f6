import Diagnostics
import Documents

/// What a scan may find that makes a split unusable as a whole.
extension ImageCatalog {
    /// Throws when so many labels name unknown classes that the description is wrong rather than they.
    func checkClasses(_ description: DatasetDescription) throws {
        let unknown = report.rejections.filter { $0.unknownClass != nil }
        guard let first = unknown.first else { return }
        let largest = unknown.compactMap(\.unknownClass).max() ?? 0
        guard let file = description.namingFile else {
            let assumed = DatasetDescription.wildfireNames
            throw Problem(
                "class \(largest), but nothing names the classes of this data set; the "
                    + "\(assumed.count) that are assumed (\(assumed.joined(separator: ", "))) end at \(assumed.count - 1)",
                file: Node.printable(first.file, limit: 4096), line: first.line,
                remedy: "Write 'train', 'val' and 'names' into \(DatasetDescription.fileName) in the data set's folder")
        }
        let labelled = report.labelFiles + report.rejections.count { $0.file != $0.image }
        guard unknown.count >= 3, unknown.count * 20 > labelled else { return }
        throw Problem(
            "the data set file says \(counted(description.names.count, "class", "classes")), labels use up to "
                + "class \(largest) in \(unknown.count) of \(labelled) label files, such as "
                + Node.printable(first.place, limit: 4096),
            file: file, remedy: "Correct nc and names")
    }

    /// Throws when what is read as polygons is nothing but boxes with key points.
    func checkKeyPoints(_ description: DatasetDescription, _ split: DatasetSplit) throws {
        guard let shape = report.look?.certain else { return }
        throw Problem(
            "the rows of its label files, \(5 + shape.columns) columns each, are boxes with "
                + "\(counted(shape.count, "key point")) and no polygons",
            file: split.places.first,
            remedy: "Write 'kpt_shape: \(shape.text)' into \(description.file ?? DatasetDescription.fileName)")
    }

    /// Throws when more than half of the images were rejected.
    public func checkMostAccepted(_ split: DatasetSplit) throws {
        let rejections = report.rejections
        guard rejections.count > count else { return }
        // Reasons differ by the numbers they quote.
        let alike = Dictionary(grouping: rejections) { $0.reason.filter { !$0.isNumber } }
        let commonest = alike.values.max { ($0.count, $1[0].file) < ($1.count, $0[0].file) } ?? rejections
        throw Problem(
            "\(rejections.count) of \(rejections.count + count) images are rejected, \(commonest.count) of them like "
                + commonest[0].description,
            file: split.places.first, remedy: "Correct the files; the lines 'rejected' on standard output name them")
    }

    /// Throws when no image has an object.
    public func checkObjects(_ split: DatasetSplit, _ purpose: SplitPurpose) throws {
        guard report.backgrounds == count else { return }
        throw Problem(
            "none of the \(purpose == .training ? "training" : "validation") images (\(count)) has an object: "
                + (report.labelFiles > 0
                    ? "their label files are empty" : report.misplaced?.text ?? "there are no label files"),
            file: split.places.first,
            remedy: "Write a line 'class cx cy w h' for each object into files such as "
                + FileSearch.labelPath(of: path(0)))
    }

    func checkUsable(_ split: DatasetSplit, purpose: SplitPurpose, needsObjects: Bool) throws {
        if entries.isEmpty {
            let rejections = report.rejections
            let some = rejections.prefix(5).map(\.description).joined(separator: "; ")
            let all = rejections.count == 1 ? "the only image is" : "all \(rejections.count) images are"
            throw Problem(
                "\(all) rejected: \(some)", file: split.places.first, remedy: "Correct the files named here")
        }
        guard purpose == .training else { return }
        if report.labelFiles == 0 {
            throw Problem(
                "none of the training images (\(count)) has a label file"
                    + (report.misplaced.map { ": \($0.text)" } ?? ""), file: split.places.first,
                remedy: "Put a file such as \(FileSearch.labelPath(of: path(0))) beside each image that shows objects")
        }
        if needsObjects { try checkObjects(split, purpose) }
    }
}
