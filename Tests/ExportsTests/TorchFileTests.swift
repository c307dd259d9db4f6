import Checkpoints
import Documents
import Foundation
import Models
import TestSupport
import Testing

@testable import Exports

@Suite struct TorchFileTests {
    /// The same model, whatever files it went through: names in their order, shapes, bits, counts of batches, and words.
    private func expectSame(_ a: ExportedModel, _ b: ExportedModel, at place: SourceLocation = #_sourceLocation) {
        #expect(a.weights.map(\.name) == b.weights.map(\.name), sourceLocation: place)
        #expect(a.tensors(sameAs: b) == a.weights.count, sourceLocation: place)
        #expect(a.names == b.names, sourceLocation: place)
        #expect(a.table == b.table && a.document == b.document, sourceLocation: place)
        #expect(a.strides == b.strides && a.imageSize == b.imageSize, sourceLocation: place)
        #expect(a.record.metrics == b.record.metrics && a.record.results == b.record.results, sourceLocation: place)
        #expect(a.record.date == b.record.date && a.record.license == b.record.license, sourceLocation: place)
    }

    @Test(
        arguments: [("yolov8p", 1), ("yolov8p", 600), ("yolov8n", 3), ("yolov8n", 80), ("yolov8s", 80)],
        [false, true])
    func aModelGoesThroughFilesAndBackUnchanged(_ kind: (name: String, classes: Int), _ half: Bool) throws {
        let names = (0..<kind.classes).map { $0 < Samples.names.count ? Samples.names[$0] : "class \($0)" }
        let model = try Samples.model(kind.name, names: names, half: half)
        #expect(model.fitsHalf == half)
        let torch = try model.torchFile(half: half, program: "test 1")
        let first = try Samples.read(torch, "a.pt")
        expectSame(model, first)
        let tensors = try first.safeTensors(half: first.fitsHalf, program: "test 1").serialized()
        let second = try Samples.read(tensors, "a.safetensors")
        expectSame(first, second)
        #expect(second.fitsHalf == half)
        #expect(try second.torchFile(half: second.fitsHalf, program: "test 1") == torch)
    }

    /// Of the reference: the golden file, whose order and types are the reference's own.
    @Test func aFileOfTheReferenceComesBackWithItsNamesOrderAndTypes() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Golden.directory)
        let path = Golden.directory + "/" + (try #require(names.first { $0.hasSuffix(".pt") }))
        let file = try ModelFile.read(path)
        let model = try ExportedModel(file, path: path)
        #expect(model.weights.map(\.name) == file.weightNames)
        let back = try Samples.read(try model.torchFile(half: model.fitsHalf, program: "test 1"), "back.pt")
        expectSame(model, back)
        #expect(back.weights.map(\.weight.type) == model.weights.map(\.weight.type))
        #expect(back.record.arguments?["imgsz"] == file.record.arguments?["imgsz"])
    }

    @Test func halfPrecisionKeepsWhatIsTooLargeWithinItsRange() throws {
        let model = try Samples.model(names: ["a"])
        let large = model.entry(Weight(shape: [3], values: [1e9, -1e9, 0.1]), half: true)
        #expect(large.floats() == [65_504, -65_504, Float(Float16(0.1))])
    }

    /// Half precision has no 70,000.
    @Test(arguments: [Float.infinity, .nan, 1e30, -3.5]) func aCountThatIsNoneBeginsAnew(_ stored: Float) throws {
        let detector = try Samples.detector("yolov8p", names: ["a"])
        let counter = try #require(detector.weights.entries.first { $0.name.hasSuffix("num_batches_tracked") })
        detector.weights.write(counter, [stored])
        #expect(detector.weights.stepsTracked == (stored == -3.5 ? -4 : 0))
    }

    @Test func everyLayerKnowsItsPlace() throws {
        let layers = ModuleTree(model: try Samples.model(names: ["a", "b"]), half: false).layers()
        #expect(layers.count == 23)
        #expect(layers[22].type == "ultralytics.nn.modules.head.Detect")
        for layer in layers { #expect(Set(["np", "i", "f", "type"]).isSubset(of: layer.attributes.map(\.0))) }
    }

    @Test func wholeNumbersAsWeightsAreRefused() throws {
        var entries: [String: SafeTensors.Entry] = [:]
        for entry in try Samples.detector("yolov8p", names: ["a"]).weights.entries {
            entries[entry.name] = .init(floats: [Float](repeating: 0, count: entry.count), shape: entry.shape)
        }
        let name = "model.0.conv.weight"
        let shape = try #require(entries[name]?.shape)
        entries[name] = .init(type: "I8", shape: shape, bytes: [UInt8](repeating: 1, count: shape.reduce(1, *)))
        let bytes = try SafeTensors(entries: entries).serialized()
        #expect { try Samples.read(bytes, "quantised.safetensors") } throws: { "\($0)".contains("whole numbers (I8)") }
    }
}
