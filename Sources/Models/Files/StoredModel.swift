import Diagnostics
import Documents
import Layers

/// A model of a file as it is computed here: the layer table with what only its modules say, and its weights by the names of
/// this table.
public struct StoredModel {
    /// The architecture, with the file's own number of classes.
    public let table: LayerTable
    /// In the form of a state dictionary.
    public let weights: StoredWeights
    private let modules: NamedModules
    private let strides: [Float]
    private let file: String

    /// - Parameters:
    ///   - modules: what the file says of its modules; none for weights alone.
    ///   - strides: what the file says of the head's levels.
    ///   - file: the file in messages.
    /// - Throws: `Problem` when the table cannot be built, or modules or weights cannot be computed with.
    public init(
        table document: Node, weights: NamedWeights, modules: NamedModules, strides: [Float]?, file: String
    ) throws {
        var table = try Problem.within(file) { try LayerTable(document: document) }
        if let style = try Self.style(table: document, modules: modules, file: file) { table.style = style }
        self.table = table
        self.weights = try StoredWeights(weights, table: table, file: file)
        self.modules = modules
        self.strides = strides ?? []
        self.file = file
    }

    /// What follows the convolutions of a file's model: what its modules say, else its layer table; nil without either.
    public static func style(table: Node?, modules: NamedModules, file: String) throws -> ConvStyle? {
        try ConvStyle(of: modules, file: file)
            ?? table.map { table in try Problem.within(file) { try LayerTable(document: table).style } }
    }

    /// Channels inside the class branches; nil when the weights do not say.
    public var classWidth: Int? {
        Detector.classWidth(in: weights.values, headLayer: table.rows.count - 1)
    }

    /// What users should know.
    public var notes: [String] {
        weights.notes + (table.style == ConvStyle() ? [] : ["convolutions are followed by \(table.style.text)"])
    }

    /// The model with these weights.
    ///
    /// - Parameters:
    ///   - rows: for each class the row of the file.
    ///   - merged: as for a detector.
    /// - Throws: `Problem` naming what does not fit.
    public func detector(classNames: [String], rows: [Int: Int], mergedAs merged: String? = nil) throws -> Detector {
        let model = try Problem.within(file) {
            try Detector(table: table, classNames: classNames, classWidth: classWidth, mergedAs: merged)
        }
        try model.load(weights.values, rows: rows, file: file)
        try check(model)
        return model
    }

    /// Refuses what the modules of the file compute otherwise than a detector of its table.
    public func check(_ model: Detector) throws {
        guard !modules.isEmpty else { return }
        let check = ModuleCheck(modules, file: file)
        try check.compare(with: model.modules)
        try check.compareSources(table.rows)
        let own = model.strides.map { Float($0) }
        guard strides.isEmpty || strides == own else {
            throw Problem(
                "has levels of strides \(strides), where its layer table means \(own)", file: file,
                remedy: "Use a model whose layer table is its own")
        }
    }
}
