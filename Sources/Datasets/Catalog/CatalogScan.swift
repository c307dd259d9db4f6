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
        for place in split.places where !FileSearch.exists(place) {
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
            classes: classes.count, singleClass: recipe.singleCls, wanted: wanted, compatibility: recipe.compat,
            keyPoints: description.keyPoints)
        self.init(root: split.root, entries: [], classes: recipe.singleCls ? ["item"] : classes)
        collect(Self.examine(names, root: split.root, rules: rules, progress))
        try checkClasses(description)
        try checkKeyPoints(description, split)
        try checkUsable(split, purpose: purpose, needsObjects: recipe.lambdaDetection > 0)
    }

    /// How many of `count` images a `fraction` keeps: a share below 1, a number of images above.
    static func share(of count: Int, _ fraction: Double) -> Int {
        if fraction > 1 { return Int(min(fraction, Double(count))) }
        return fraction == 1 ? count : max(1, Int((Double(count) * fraction).rounded(.toNearestOrEven)))
    }

    private struct Finding: Sendable {
        var entry: Entry?
        var rejection: CatalogReport.Rejection?
        /// Of the label file, where there is one that keeps the rules.
        var duplicates: Int?
        /// What the rows of the label file may be instead of polygons.
        var look: KeyPointLook?
        var misplaced: MisplacedLabels?
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
        func rejected(_ reason: String) -> Finding {
            Finding(rejection: CatalogReport.Rejection(image: image, file: image, reason: reason))
        }
        let header: PictureHeader
        do {
            header = try PictureFile.header(image)
        } catch let problem as Problem {
            return rejected(problem.message)
        } catch {
            return rejected("\(error)")
        }
        if min(header.height, header.width) < 10 {
            return rejected("is \(header.width) x \(header.height) pixels; a side has at least 10")
        }
        let labels = FileSearch.labelPath(of: image)
        do {
            let contents = try readLabels(labels, rules)
            let entry = Entry(
                name: name, height: header.height, width: header.width, fileSize: header.fileSize,
                objects: contents?.objects ?? [], hasPolygons: contents?.hasPolygons ?? false)
            return Finding(
                entry: entry, duplicates: contents?.duplicates, look: contents?.look,
                misplaced: contents == nil ? MisplacedLabels(of: image, expected: labels) : nil)
        } catch {
            let rejection = CatalogReport.Rejection(
                image: image, file: labels, line: error.line, reason: error.reason, unknownClass: error.unknownClass)
            return Finding(rejection: rejection, look: error.look)
        }
    }

    /// Contents of a label file; nil when there is none.
    private static func readLabels(
        _ path: String, _ rules: LabelRules
    ) throws(LabelRules.Fault) -> LabelRules.Contents? {
        let bytes: [UInt8]?
        do {
            // One byte more than allowed, so that the rule can tell; a sparse file of any size is not read to its end.
            bytes = try RegularFile.bytes(path, atMost: LabelRules.largestFile + 1)
        } catch {
            throw LabelRules.Fault(reason: error.reason)
        }
        guard let bytes else { return nil }
        let result: Result<LabelRules.Contents, LabelRules.Fault> = bytes.withUnsafeBytes { all in
            do throws(LabelRules.Fault) {
                return .success(try rules.parse(all))
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
            if let rejection = finding.rejection { report.rejections.append(rejection) }
            if let entry = finding.entry {
                entries.append(entry)
                report.duplicates += finding.duplicates ?? 0
                report.labelFiles += finding.duplicates == nil ? 0 : 1
                report.backgrounds += entry.objects.isEmpty ? 1 : 0
                mixed = mixed || (!entry.objects.isEmpty && !entry.hasPolygons)
            }
            if let misplaced = finding.misplaced { report.misplaced = misplaced.joined(after: report.misplaced) }
            if let look = finding.look { report.look = look.joined(after: report.look) }
        }
        report.images = entries.count
        // Polygons count only when every object has one.
        if mixed { for index in entries.indices { entries[index].hasPolygons = false } }
    }
}
