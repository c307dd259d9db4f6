import Diagnostics
import Layers
import Models
import Testing

@Suite struct WeightTransferTests {
    /// The last convolution of a class branch.
    private static let rows = "model.22.cv3.0.2.weight"

    private func weights(of model: Detector) -> NamedWeights {
        Dictionary(uniqueKeysWithValues: model.weights.entries.map { ($0.name, ($0.shape, model.weights.read($0))) })
    }

    private func detector(_ names: [String], seed: Int = 0) throws -> Detector {
        var table = LayerTable.yolov8
        table.scale = "n"
        return try Detector(table: table, classNames: names, classWidth: 16, seed: seed)
    }

    private func row(_ number: Int, of model: Detector) throws -> [Float] {
        let entry = try #require(model.weights[Self.rows])
        let length = entry.count / entry.shape[0]
        return Array(model.weights.read(entry)[number * length..<(number + 1) * length])
    }

    @Test func rowsFollowTheNamesOfTheirClasses() throws {
        let source = try detector(["smoke", "fire", "car"]), student = try detector(["Fire ", "tree"], seed: 1)
        let fresh = try row(1, of: student)
        let transfer = try student.transfer(weights(of: source), classNames: source.classNames)
        #expect(try row(0, of: student) == row(1, of: source))
        #expect(try row(1, of: student) == fresh)
        #expect(transfer.summary.contains("copied for Fire"))
    }

    @Test func aNameBeyondTheRowsOfAFileIsUnknown() throws {
        let source = try detector(["smoke"]), student = try detector(["fire", "smoke"], seed: 1)
        let fresh = try row(0, of: student)
        _ = try student.transfer(weights(of: source), classNames: ["smoke", "fire"])
        #expect(try row(0, of: student) == fresh)
        #expect(try row(1, of: student) == row(0, of: source))
    }

    @Test func classesAreLoadedInTheOrderAskedForOrNotAtAll() throws {
        let source = try detector(["smoke", "fire"]), teacher = try detector(["fire", "smoke"], seed: 1)
        try teacher.load(weights(of: source), rows: [0: 1, 1: 0], file: "teacher.pt")
        #expect(try row(0, of: teacher) == row(1, of: source) && row(1, of: teacher) == row(0, of: source))
        let problem = try #require(throws: Problem.self) {
            try teacher.load(weights(of: source), rows: [0: 1, 1: 2], file: "teacher.pt")
        }
        #expect(problem.file == "teacher.pt" && problem.exit == .badData && problem.remedy != nil)
        #expect(problem.message.contains("2 class rows, and 3 are needed"))
    }
}
