import Configuration
import Diagnostics
import Testing

@testable import Datasets

/// Label files of the pose task in a data set for detection.
@Suite struct KeyPointTests {
    let folder = TemporaryFolder()

    /// Two key points with their visibility in each row.
    private static let pose = "0 0.5 0.5 0.4 0.3 0.4 0.5 2 0.6 0.5 1\n"

    /// A data set whose four training images have these labels.
    private func make(_ labels: String, keys: String = "") throws {
        try makeDataset(folder, train: 4)
        for number in 0..<4 { folder.write("train/labels/picture\(number).txt", text: labels) }
        let text = "train: train/images\nval: val/images\nnames: [a, b, c, d, e]\n\(keys)"
        folder.write("distillation_data.yaml", text: text)
    }

    @Test func rowsWithKeyPointsAreTheirBoxes() throws {
        try make(Self.pose + "1 0.25 0.25 0.2 0.1\n", keys: "kpt_shape: [2, 3]\n")
        let found = try catalog(folder)
        #expect(found.report.rejections.isEmpty && found.report.notes.isEmpty)
        for entry in found.entries {
            #expect(entry.objects.map(\.category) == [0, 1] && !entry.hasPolygons)
            #expect(entry.objects[0].box == SIMD4(0.5, 0.5, 0.4, 0.3))
        }
        try make("1 0.5 0.5 0.4 0.3 0.4 0.5 -1 2\n", keys: "kpt_shape: ['2', 2]\n")
        #expect(try catalog(folder).entries[3].objects[0].box == SIMD4(0.5, 0.5, 0.4, 0.3))
    }

    @Test func rowsOfAnotherLengthAreRejectedWithTheirLine() throws {
        try make(Self.pose, keys: "kpt_shape: [2, 3]\n")
        folder.write("train/labels/picture1.txt", text: Self.pose + "0 0.5 0.5 0.4 0.3 0.4 0.5\n")
        let rejection = try #require(try catalog(folder).report.rejections.first)
        #expect(rejection.line == 2 && rejection.reason.contains("7 columns instead of 11 (class cx cy w h and 2 key"))
    }

    @Test(arguments: [
        "kpt_shape: 17", "kpt_shape: [17]", "kpt_shape: [17, 4]", "kpt_shape: [0, 2]", "kpt_shape: [x, 2]",
    ])
    func aShapeThatIsNoneIsNamedWithItsLine(_ key: String) throws {
        try make(Self.pose, keys: key)
        let found = try problem { _ = try catalog(folder) }
        #expect(found.message.contains("'kpt_shape' is a list of two numbers") && found.line == 4)
    }

    @Test func rowsThatCanOnlyBeKeyPointsAreNoPolygonsWithoutTheKey() throws {
        try make(Self.pose)
        let found = try problem { _ = try catalog(folder) }
        #expect(found.message.contains("11 columns each, are boxes with 2 key points and no polygons"))
        #expect(found.remedy?.contains("'kpt_shape: [2, 3]' into \(folder.path)/distillation_data.yaml") == true)
        // An odd number of points makes rows that no polygon has.
        try make("0 0.5 0.5 0.4 0.3 0.4 0.5 2 0.6 0.5 1 0.5 0.5 0\n")
        #expect(try problem { _ = try catalog(folder) }.remedy?.contains("'kpt_shape: [3, 3]'") == true)
    }

    @Test func rowsThatMayBeKeyPointsAreSaid() throws {
        try make("0 0.5 0.5 0.4 0.3 0.4 0.5 0.6 0.5\n")
        let found = try catalog(folder)
        #expect(found.entries.allSatisfy { $0.hasPolygons })
        #expect(found.report.notes.count == 1 && found.report.notes[0].contains("'kpt_shape: [2, 2]'"))
    }

    @Test func polygonsAndTurnedBoxesAreReadAsTheReferenceDoes() throws {
        // Four corners of a turned box, and an outline.
        let corners = "0 0.5 0.2 0.8 0.5 0.5 0.8 0.2 0.5\n"
        try make(corners + "1 0.1 0.1 0.3 0.1 0.3 0.4 0.2 0.5 0.1 0.4\n")
        let found = try catalog(folder)
        #expect(found.report.notes.isEmpty)
        let boxes = found.entries[0].objects.map(\.box)
        #expect((boxes[0] - SIMD4(0.5, 0.5, 0.6, 0.6)).abs().max() < 1e-6)
        #expect((boxes[1] - SIMD4(0.2, 0.3, 0.2, 0.4)).abs().max() < 1e-6)
    }
}

extension SIMD4<Float> {
    fileprivate func abs() -> Self { replacing(with: -self, where: self .< 0) }
}
