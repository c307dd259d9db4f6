import Checkpoints
import Foundation
import TestSupport
import Testing

/// Every `.pt` of the golden directory that has a `.state.json` of the same name.
@Suite struct GoldenTorchTests {
    static let stems: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: Golden.directory)) ?? []
        return files.filter { $0.hasSuffix(".pt") }.map { String($0.dropLast(3)) }
            .filter { files.contains($0 + ".state.json") }.sorted()
    }()

    @Test(arguments: stems)
    func weightsAreThoseOfTheReference(_ stem: String) throws {
        let json = try Data(contentsOf: URL(filePath: "\(Golden.directory)/\(stem).state.json"))
        let expected = try #require(try JSONSerialization.jsonObject(with: json) as? [String: [Any]])
        let model = try ModelFile.read("\(Golden.directory)/\(stem).pt")

        #expect(model.weightNames.sorted() == expected.keys.sorted())
        for (name, numbers) in expected {
            let weight = try #require(model.weights[name])
            #expect(weight.shape == numbers[0] as? [Int])
            let values = weight.values.map { Double($0) }
            let mean = values.reduce(0, +) / Double(max(values.count, 1))
            let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
            #expect(abs(mean - (numbers[1] as? Double ?? .nan)) < 1e-6, "\(name)")
            #expect(abs(norm - (numbers[2] as? Double ?? .nan)) < 1e-6 * max(norm, 1), "\(name)")
        }
    }

    @Test(arguments: stems)
    func namesComeInTheOrderOfTheReference(_ stem: String) throws {
        let text = try String(contentsOfFile: "\(Golden.directory)/\(stem).state.json", encoding: .utf8)
        let model = try ModelFile.read("\(Golden.directory)/\(stem).pt")
        var places: [String.Index] = []
        for name in model.weightNames { places.append(try #require(text.range(of: "\"\(name)\"")).lowerBound) }
        #expect(places == places.sorted())
    }

    @Test(arguments: stems)
    func theModelDescribesItself(_ stem: String) throws {
        let model = try ModelFile.read("\(Golden.directory)/\(stem).pt")
        let table = try #require(model.table)
        #expect(table["backbone"]?.list?.isEmpty == false)
        #expect(table["head"]?.list?.isEmpty == false)
        #expect(table["nc"]?.int == model.classCount)
        #expect(model.names?.count == model.classCount)
        #expect(model.strides == [8, 16, 32])
    }
}
