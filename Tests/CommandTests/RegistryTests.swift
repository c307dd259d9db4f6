import Foundation
import TestSupport
import Testing

/// The registry keeps every result, and the best one in its place.
@Suite(.serialized) struct RegistryTests {
    private let run: SceneRun
    private let place: URL

    init() throws {
        run = try SceneRun("epochs=1", "plots=false")
        place = run.folder.url.appending(path: "registry/model_registry/distilled")
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: place.path).filter { !$0.hasPrefix(".") }.sorted()
    }

    private func weights(_ name: String) throws -> Data {
        try Data(contentsOf: place.appending(path: "\(name)/model.safetensors"))
    }

    /// A number of a result's card, changed where a value is given.
    @discardableResult
    private func fitness(_ name: String, becomes value: Double? = nil) throws -> Double? {
        let file = place.appending(path: "\(name)/model_card.json")
        var card = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        if let value {
            card["fitness"] = value
            try JSONSerialization.data(withJSONObject: card).write(to: file)
        }
        return card["fitness"] as? Double
    }

    private func registry(_ words: String...) throws -> ProgramRun.Outcome {
        try Program.run(["registry", "registry=registry"] + words, in: run.folder.url)
    }

    @Test func aTrialDoesNotBuryAGoodStudent() throws {
        let first = try run.train("good", ranks: 2)
        #expect(first.code == 0 && first.output.contains("best so far: this one"), "\(first)")
        let good = try #require(try names().first { $0.hasPrefix("good-2") })
        #expect(try names() == ["best", good, "latest"])
        let files = ["best", "latest", good].map { place.appending(path: "\($0)/model.pt").path }
        let numbers = try files.map { try FileManager.default.attributesOfItem(atPath: $0)[.systemFileNumber] as? Int }
        #expect(Set(numbers).count == 1, "one file with three names")
        // A student that has learnt something: the runs of this test have not.
        for name in [good, "best"] { try fitness(name, becomes: 0.5) }

        for (name, seed) in [("trial", 5), ("trial-b", 6)] {
            let outcome = try run.train(name, ranks: 1, "seed=\(seed)")
            #expect(
                outcome.code == 0 && outcome.output.contains("best so far: \(good) (fitness 0.50000)"), "\(outcome)")
        }
        #expect(try names().count == 6 && fitness("best") == 0.5)
        #expect(try weights("best") == weights(good) && weights("latest") != weights(good))
        // The same once more: a finished run that is started again.
        let before = try names()
        #expect(try run.train("trial-b", ranks: 1, "seed=6", "resume=true").code == 0)
        #expect(try names() == before)

        // What is compared must be comparable.
        let other = try run.train("other", ranks: 1, "seed=7", "iou=0.5")
        #expect(
            other.output.contains("by another metric; this one: swift-distill registry promote other-2"), "\(other)")
        #expect(try weights("best") == weights(good))

        let list = try registry()
        #expect(list.code == 0 && list.lines.count == 5 && list.lines[0].hasPrefix("result"), "\(list)")
        #expect(list.lines.contains { $0.hasPrefix(good) && $0.contains("best") && $0.contains("0.50000") }, "\(list)")
        #expect(list.lines[1].hasPrefix("other-2") && list.lines[1].contains("latest"), "\(list)")

        #expect(try registry("promote", "trial").output.hasPrefix("best: trial-2"))
        #expect(try weights("best") != weights(good))
        #expect(try registry("promote", good, "to=latest").code == 0)
        #expect(try weights("latest") == weights(good))
        let pruned = try registry("prune", "keep=0")
        #expect(pruned.code == 0 && pruned.output.contains("removed trial-b-2"), "\(pruned)")
        // In use: good is the latest, other was before it and is the best by its metric, trial is the best.
        #expect(pruned.output.contains("3 results kept"), "\(pruned)")
    }

    @Test func whatIsKeptIsLimitedByAKey() throws {
        for seed in 1...4 { #expect(try run.train("r\(seed)", ranks: 1, "seed=\(seed)", "registry_keep=1").code == 0) }
        let names = try names()
        // Beside the newest those that are in a place.
        #expect(names.filter { $0.hasPrefix("r") }.map { $0.prefix(3) } == ["r1-", "r3-", "r4-"], "\(names)")
    }

    @Test(arguments: [
        (["promote"], 64, "promote NAME"), (["frob"], 64, "Write list"),
        (["promote", "nothing"], 66, "holds no results"),
        (["prune", "kep=3"], 64, "`keep`"),
    ])
    func aWordThatIsNotUnderstoodIsNamed(words: [String], code: Int32, saying: String) throws {
        let outcome = try Program.run(["registry"] + words, in: run.folder.url)
        #expect(outcome.code == code && outcome.complaints.count == 1 && outcome.errors.contains(saying), "\(outcome)")
    }
}
