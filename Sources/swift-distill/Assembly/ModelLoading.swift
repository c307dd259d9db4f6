import Checkpoints
import Configuration
import Diagnostics
import Documents
import Models
import Training

/// Finds, reads and builds the student and the teacher of a recipe.
struct ModelLoading {
    let recipe: Recipe
    /// Classes of the data set.
    let classNames: [String]
    private let printedNames: [String: String]
    private(set) var notes: [String] = []
    /// The image size that the model of `trained` was trained at.
    private(set) var imageSize: [Int]?

    /// - Parameter printedNames: what Python prints for names of classes that it reads as something else.
    init(recipe: Recipe, classNames: [String], printedNames: [String: String] = [:]) {
        self.recipe = recipe
        self.classNames = classNames
        self.printedNames = printedNames
    }

    private var compat83: Bool { recipe.compat == .v83 }

    /// The student with its first weights: fresh ones, and what fits of `pretrained` or of the student's own file.
    mutating func student() throws -> Detector {
        let name = recipe.student
        if isWeightFile(name) {
            return try transferred(from: try ModelFile.read(name), path: name, table: nil)
        }
        let table: LayerTable
        if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
            table = try LayerTable(document: YAML.read(path: name), scale: LayerTable.scaleLetter(inFileName: name))
        } else if let known = try LayerTable.named(name) {
            table = known
        } else {
            throw Problem(
                "the student \(name) is neither a known model nor a file",
                remedy: "Use a name such as yolov8n, a layer table (.yaml) or weights (.pt, .safetensors)",
                exit: .missingInput)
        }
        if !recipe.pretrained.isEmpty {
            return try transferred(
                from: try ModelFile.read(recipe.pretrained), path: recipe.pretrained, table: table)
        }
        return try Problem.within(name) {
            try Detector(table: table, classNames: classNames, seed: recipe.seed, compat83: compat83)
        }
    }

    /// The student of a run that goes on; its weights are restored later.
    func student(of snapshot: Snapshot) throws -> Detector {
        guard let text = snapshot.facts.model["table"] else {
            throw Problem("carries no layer table", file: snapshot.path, remedy: "Start a new run")
        }
        return try Problem.within(snapshot.path) {
            let table = try LayerTable(document: YAML.parse(text, file: snapshot.path))
            let prefix = "model.model.\(table.rows.count - 1)."
            let width = snapshot.tensors.entries[prefix + "cv3.0.0.conv.weight"]?.shape.first
            return try Detector(table: table, classNames: classNames, classWidth: width)
        }
    }

    private mutating func transferred(from file: ModelFile, path: String, table: LayerTable?) throws -> Detector {
        // Its own file says all of a student; of another's weights those are taken that fit a table.
        let own = table == nil ? try ModelLoading.stored(file, path: path) : nil
        let table = try own?.table ?? table ?? ModelLoading.table(of: file, path: path)
        let stored =
            try own?.weights
            ?? StoredWeights(file.weights.mapValues { ($0.shape, $0.values) }, table: table, file: path)
        let width = compat83 ? nil : Detector.classWidth(in: stored.values, headLayer: table.rows.count - 1)
        let student = try Problem.within(path) {
            try Detector(
                table: table, classNames: classNames, classWidth: width, seed: recipe.seed, compat83: compat83)
        }
        try own?.check(student)
        let transfer = try Problem.within(path) {
            try student.transfer(stored.values, classNames: file.names, printed: printedNames)
        }
        let remarks = try own?.notes ?? stored.notes + foreignStyle(of: file, table, path: path)
        notes += remarks.map { "student \(path): \($0)" }
        notes.append("student \(path): \(transfer.summary)")
        if let misfits = transfer.misfits { notes.append("student \(path): \(misfits)") }
        if transfer.transferred == 0 {
            throw Problem(
                "no tensor fits the student" + (transfer.misfits.map { ": \($0)" } ?? Self.names(file, student)),
                file: path, remedy: "Use weights of this architecture, or none")
        }
        try ModelLoading.refuseNonFinite(student, path: path)
        return student
    }

    /// Names of which none is in the other: one of each, to compare.
    private static func names(_ file: ModelFile, _ student: Detector) -> String {
        let (own, other) = (student.weights.entries.first?.name ?? "", file.weightNames.first ?? "")
        return ": it has \(Node.printable(other)), …, and the student \(own), …"
    }

    /// Says that weights were trained with what the student does not compute.
    private func foreignStyle(of file: ModelFile, _ table: LayerTable, path: String) throws -> [String] {
        guard let other = try StoredModel.style(table: file.table, modules: file.modules, file: path) else { return [] }
        return other == table.style
            ? [] : ["warning: trained with \(other.text); the student has \(table.style.text)"]
    }

    /// The teacher, its classes in the order of the data set's; nil when the recipe has none.
    mutating func teacher() throws -> Detector? {
        recipe.teacher.isEmpty || !recipe.distils ? nil : try trained(recipe.teacher, role: "teacher")
    }

    /// The model of a file, its classes in the order of the data set's.
    ///
    /// - Parameter role: what messages call it.
    mutating func trained(_ path: String, role: String) throws -> Detector {
        let file = try ModelFile.read(path)
        let stored = try ModelLoading.stored(file, path: path)
        notes += stored.notes.map { "\(role) \(path): \($0)" }
        imageSize = file.imageSize
        if recipe.singleCls { return try oneClass(file, stored, path: path, role: role) }
        let rows = try classRows(file, path: path, role: role)
        return try ModelLoading.loaded(stored, classNames, rows: rows, path: path)
    }

    /// A model whose classes, whatever they are called, count as the only one of the data set.
    private mutating func oneClass(
        _ file: ModelFile, _ stored: StoredModel, path: String, role: String
    ) throws -> Detector {
        let last = "model.\(stored.table.rows.count - 1).cv3.0.2.bias"
        let count = stored.weights.values[last]?.shape.first ?? file.names?.count ?? stored.table.classCount
        let names = (0..<max(count, 1)).map { "class_\($0)" }
        let rows = Dictionary(uniqueKeysWithValues: names.indices.map { ($0, $0) })
        if count > 1 { notes.append("single_cls: the \(role)'s \(count) classes count as one, each box by its best") }
        return try ModelLoading.loaded(stored, names, rows: rows, path: path, mergedAs: classNames[0])
    }

    /// For each class of the data set the model's row, by name.
    private mutating func classRows(_ file: ModelFile, path: String, role: String) throws -> [Int: Int] {
        let same = Dictionary(uniqueKeysWithValues: classNames.indices.map { ($0, $0) })
        guard let names = file.names else {
            if file.classCount == classNames.count {
                notes.append("the \(role) has no class names: its classes are taken in the data set's order")
                return same
            }
            throw Problem(
                "the \(role) has no class names, and \(file.classCount ?? 0) classes against \(classNames.count)",
                file: path, remedy: "Use a \(role) that was trained on these classes")
        }
        if names == classNames { return same }
        let rows = try Problem.within(path) {
            try ClassMatching(classNames, printed: printedNames, among: names).rows
        }
        guard rows.count == classNames.count else {
            throw Problem(
                "the \(role) does not know every class: it has \(names.prefix(100).joined(separator: ", ")); the data "
                    + "set has \(classNames.joined(separator: ", "))", file: path,
                remedy: "Use a \(role) that was trained on these classes, or rename them in the data set")
        }
        let table = classNames.enumerated().map { "  \($0) \($1) <- \(rows[$0] ?? 0) \(names[rows[$0] ?? 0])" }
        notes += ["\(role) classes mapped by name:"] + table
        return rows
    }

    private static func loaded(
        _ stored: StoredModel, _ names: [String], rows: [Int: Int], path: String, mergedAs merged: String? = nil
    ) throws -> Detector {
        let model = try stored.detector(classNames: names, rows: rows, mergedAs: merged)
        try refuseNonFinite(model, path: path)
        return model
    }

    /// A model that training has ruined answers nothing that could be measured or taught.
    private static func refuseNonFinite(_ model: Detector, path: String) throws {
        let ruined = model.weights.entries.first { model.weights.read($0).contains { !$0.isFinite } }
        guard let ruined else { return }
        throw Problem(
            "`\(ruined.name)` has values that are not finite", file: path,
            remedy: "Use a checkpoint from before the training diverged")
    }

    /// An ONNX file holds no weights to start from, which reading it says.
    private func isWeightFile(_ name: String) -> Bool {
        [".pt", ".safetensors", ".onnx"].contains { name.hasSuffix($0) }
    }

    /// The model of a file that carries a layer table.
    private static func stored(_ file: ModelFile, path: String) throws -> StoredModel {
        try StoredModel(
            table: document(of: file, path: path), weights: file.weights.mapValues { ($0.shape, $0.values) },
            modules: file.modules, strides: file.strides, file: path)
    }

    /// The layer table that a model file carries.
    static func table(of file: ModelFile, path: String) throws -> LayerTable {
        let document = try document(of: file, path: path)
        return try Problem.within(path) { try LayerTable(document: document) }
    }

    private static func document(of file: ModelFile, path: String) throws -> Node {
        guard let document = file.table else {
            throw Problem(
                "carries no layer table", file: path,
                remedy: "Use a .pt of Ultralytics or a .safetensors of this program, or name the architecture with "
                    + "`student` and give this file as `pretrained`")
        }
        return document
    }
}
