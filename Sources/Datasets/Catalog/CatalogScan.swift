import Configuration
import Diagnostics
import Foundation
import Synchronization
import Tensors

/// What a split is for: decides which faults end the run.
public enum SplitPurpose: Sendable { case training, validation }

extension ImageCatalog {
    /// Finds, checks and pairs the images of a split, on all compute threads.
    ///
    /// A bad image or label file costs that image only and is named in the report. A split without a usable image, a
    /// training split without any label file, and a description that the labels contradict are problems.
    ///
    /// - Parameters:
    ///   - wanted: classes whose objects count; nil takes all.
    ///   - progress: is told again and again how many images have been examined, 0 while they are being searched;
    ///   called from any compute thread, one call at a time.
    public init(
        scanning split: DatasetSplit, of description: DatasetDescription, purpose: SplitPurpose, recipe: Recipe,
        wanted: Set<Int>? = nil, progress: (Int) -> Void
    ) throws {
        for place in split.places where !FileManager.default.fileExists(atPath: place) {
            throw Problem(
                "there is no such folder or file", file: place,
                remedy: "Correct the path; a data set has train/images, train/labels, val/images and val/labels",
                exit: .missingInput)
        }
        var names = try FileSearch.images(in: split.places, root: split.root) { progress(0) }
        guard !names.isEmpty else {
            throw Problem(
                "no images here", file: split.places.first,
                remedy: "Put JPEG or PNG files there, with their labels in 'labels' beside 'images'")
        }
        if purpose == .training { names = Array(names.prefix(Self.share(of: names.count, recipe.fraction))) }
        let classes = description.names
        let rules = LabelRules(
            classes: classes.count, singleClass: recipe.singleCls, wanted: wanted, compatibility: recipe.compat)
        self.init(root: split.root, entries: [], classes: recipe.singleCls ? ["item"] : classes)
        collect(Self.examine(names, root: split.root, rules: rules, progress))
        try checkClasses(description)
        try checkUsable(split, purpose: purpose, needsObjects: recipe.lambdaDetection > 0)
    }

    /// How many of `count` images a `fraction` keeps: a share below 1, a number of images above.
    static func share(of count: Int, _ fraction: Double) -> Int {
        if fraction > 1 { return Int(min(fraction, Double(count))) }
        return fraction == 1 ? count : max(1, Int((Double(count) * fraction).rounded(.toNearestOrEven)))
    }

    private enum Finding: Sendable {
        case accepted(Entry, duplicates: Int, hasLabelFile: Bool)
        case rejected(CatalogReport.Rejection)
    }

    private static func examine(
        _ names: [String], root: String, rules: LabelRules, _ progress: (Int) -> Void
    ) -> [Finding] {
        let group = 16
        let groups = (names.count + group - 1) / group
        let findings = Mutex((groups: [[Finding]](repeating: [], count: groups), count: 0))
        parallel(tasks: groups) { task in
            let part = names[task * group..<min(names.count, (task + 1) * group)]
            let found = part.map { examine($0, root: root, rules: rules) }
            findings.withLock { findings in
                findings.groups[task] = found
                findings.count += found.count
                progress(findings.count)
            }
        }
        return findings.withLock { $0.groups.flatMap { $0 } }
    }

    private static func examine(_ name: String, root: String, rules: LabelRules) -> Finding {
        let image = name.hasPrefix("/") ? name : root + "/" + name
        func rejected(_ file: String, _ line: Int?, _ reason: String, _ unknownClass: Int? = nil) -> Finding {
            .rejected(
                CatalogReport.Rejection(
                    image: image, file: file, line: line, reason: reason, unknownClass: unknownClass))
        }
        let header: PictureHeader
        do {
            header = try PictureFile.header(image)
        } catch let problem as Problem {
            return rejected(image, nil, problem.message)
        } catch {
            return rejected(image, nil, "\(error)")
        }
        if min(header.height, header.width) < 10 {
            return rejected(image, nil, "is \(header.width) x \(header.height) pixels; a side has at least 10")
        }
        let labels = FileSearch.labelPath(of: image)
        do {
            let contents = try readLabels(labels, rules)
            let entry = Entry(
                name: name, height: header.height, width: header.width, fileSize: header.fileSize,
                objects: contents?.objects ?? [], hasPolygons: contents?.hasPolygons ?? false)
            return .accepted(entry, duplicates: contents?.duplicates ?? 0, hasLabelFile: contents != nil)
        } catch {
            return rejected(labels, error.line, error.reason, error.unknownClass)
        }
    }

    /// Contents of a label file; nil when there is none.
    private static func readLabels(
        _ path: String, _ rules: LabelRules
    ) throws(LabelRules.Fault) -> LabelRules.Contents? {
        let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        if file < 0 {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw LabelRules.Fault(reason: "cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw LabelRules.Fault(reason: "is not a regular file")
        }
        // One byte more than allowed, so that the rule can tell; a sparse file of any size is not read to its end.
        var bytes = [UInt8](repeating: 0, count: min(Int(status.st_size), LabelRules.largestFile + 1))
        var done = 0
        while done < bytes.count {
            let got = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress! + done, $0.count - done) }
            if got < 0 && errno == EINTR { continue }
            if got < 0 { throw LabelRules.Fault(reason: "cannot be read: \(String(cString: strerror(errno)))") }
            if got == 0 { break }
            done += got
        }
        let result: Result<LabelRules.Contents, LabelRules.Fault> = bytes.withUnsafeBytes { all in
            do throws(LabelRules.Fault) {
                return .success(try rules.parse(UnsafeRawBufferPointer(rebasing: all[..<done])))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

extension ImageCatalog {
    private mutating func collect(_ findings: [Finding]) {
        var mixed = false
        for finding in findings {
            switch finding {
            case .rejected(let rejection): report.rejections.append(rejection)
            case .accepted(let entry, let duplicates, let hasLabelFile):
                entries.append(entry)
                report.duplicates += duplicates
                report.labelFiles += hasLabelFile ? 1 : 0
                report.backgrounds += entry.objects.isEmpty ? 1 : 0
                mixed = mixed || (!entry.objects.isEmpty && !entry.hasPolygons)
            }
        }
        report.images = entries.count
        // Polygons count only when every object has one.
        if mixed { for index in entries.indices { entries[index].hasPolygons = false } }
    }
}
